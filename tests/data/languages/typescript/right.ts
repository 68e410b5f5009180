import * as fs from "fs";

const lines: string[] = fs.readFileSync(0, "utf8").split("\n");
const numbers: number[] = lines[1].trim().split(/\s+/).map(Number);
console.log(numbers.reduce((a: number, b: number): number => a + b, 0));
