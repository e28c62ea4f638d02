// Command-line options of all scripts: --target HOST:PORT and the like, each with a value.
export function readArguments(required) {
  const given = {};
  const words = process.argv.slice(2);
  for (let i = 0; i < words.length; i += 2) {
    if (!words[i].startsWith("--") || words[i + 1] === undefined) {
      throw new Error(`expected --name value, got ${words[i]}`);
    }
    given[words[i].slice(2)] = words[i + 1];
  }
  for (const name of required) {
    if (given[name] === undefined) {
      throw new Error(`--${name} is missing`);
    }
  }
  return given;
}
