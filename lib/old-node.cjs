// Loaded before the app (cdk.json), in CommonJS that any Node reads: an older Node would otherwise stop at the first .ts
// file with ERR_UNKNOWN_FILE_EXTENSION, which tells nobody what to do.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Bellwire needs Node 22.18 or later, and this is ${process.versions.node}. On Linux (x64, arm64) and Windows (x64) "npm ci" brings Node 24: start it as "npx cdk …" in this folder. Elsewhere install Node 24 from https://nodejs.org first.`,
  );
  process.exit(1);
}
