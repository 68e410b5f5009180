n = int(input(
