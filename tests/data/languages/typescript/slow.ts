let i: number = 0;
while (true) i++;
