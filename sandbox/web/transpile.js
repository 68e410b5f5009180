// usage: node transpile.js main.ts main.js
// TypeScript -> JavaScript, refusing only what does not parse. Types are not checked, as ts-node --transpile-only and
// Node itself do not: a right program must not fail because its library typings are newer than this compiler's.
const fs = require("fs");
const ts = require("typescript");

const [source, target] = process.argv.slice(2);
const result = ts.transpileModule(fs.readFileSync(source, "utf8"), {
  fileName: source,
  reportDiagnostics: true,
  compilerOptions: { target: ts.ScriptTarget.ES2020, module: ts.ModuleKind.CommonJS, esModuleInterop: true },
});
for (const d of result.diagnostics) {
  const where = d.file ? d.file.getLineAndCharacterOfPosition(d.start).line + 1 : 0;
  console.error(`${source}:${where}: ${ts.flattenDiagnosticMessageText(d.messageText, "\n")}`);
}
if (result.diagnostics.length) process.exit(1);
fs.writeFileSync(target, result.outputText);
