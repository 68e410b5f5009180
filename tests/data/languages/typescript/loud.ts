import { writeSync } from "fs";

const line: string = "6".repeat(1000) + "\n";
while (true) writeSync(1, line);
