package main

import "fmt"

func main() {
	for {
		fmt.Println("6666666666666666666666666666666666666666666666666666")
	}
}
