const { writeSync } = require("fs");
const line = "6".repeat(1000) + "\n";
while (true) writeSync(1, line);
