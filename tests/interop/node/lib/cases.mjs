// Runs cases one after another, each bounded in time, and prints one line of JSON for each: {"case": …, "ok": …, "error": …}.
const caseSecondsMax = Number(process.env.INTEROP_CASE_SECONDS ?? 60);

export async function runCases(cases, only) {
  let failed = 0;
  for (const [name, body] of Object.entries(cases)) {
    if (only !== undefined && only !== name) {
      continue;
    }
    let error;
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not done after ${caseSecondsMax} s`)), caseSecondsMax * 1000);
    });
    try {
      await Promise.race([body(), late]);
    } catch (problem) {
      error = problem?.stack ?? String(problem);
      failed++;
    } finally {
      clearTimeout(timer);
    }
    process.stdout.write(JSON.stringify(error === undefined ? { case: name, ok: true } : { case: name, ok: false, error }) + "\n");
  }
  // Streams that a failed case left open would keep the process alive.
  process.stdout.write("", () => process.exit(failed === 0 ? 0 : 1));
}
