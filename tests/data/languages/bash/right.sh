read -r n
read -r -a numbers
sum=0
for x in "${numbers[@]}"; do sum=$((sum + x)); done
echo "$sum"
