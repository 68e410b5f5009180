const lines = require("fs").readFileSync(0, "utf8").split("\n");
console.log(lines[1].trim().split(/\s+/).reduce((a, b) => a + b, ""));
