import { readFileSync } from "fs";

enum Extra { One = 1 }
const lines: string[] = readFileSync(0, "utf8").split("\n");
console.log(lines[1].trim().split(/\s+/).map(Number).reduce((a, b) => a + b, Extra.One));
