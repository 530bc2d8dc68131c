// One visit to the page by a browser that has never been there, and a record of everything that should not happen.
import { once } from "node:events";
import { createServer } from "node:http";
import { chromium } from "playwright-core";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Chromium asks its makers about the form fields of any page at all.
  "--disable-features=AutofillServerCommunication",
];

/** How long something may take that is to happen, on a machine that has much else to do. */
const PATIENCE = 120_000;

/**
 * Starts a browser with a fresh profile to visit `origin`. `record` gathers what the page asked for, what tried to leave for anywhere
 * else, what the policy refused, and what the console complained of.
 */
export async function visit(t, origin, options = {}) {
  const record = { requests: [], outside: [], violations: [], complaints: [] };
  const recorder = await refuseAndRecord(record.outside);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: FLAGS,
    // Chromium's own calls home lead nowhere; the page's context below has a proxy of its own.
    proxy: { server: "http://127.0.0.1:9" },
  });
  t.after(async () => {
    await browser.close();
    recorder.close();
  });
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: "light",
    // Everything but the gateway goes to the recorder, even other ports of this machine.
    proxy: { server: recorder.address, bypass: new URL(origin).host },
    ...options,
  });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  await listen(page, record);
  return { page, record };
}

async function listen(page, record) {
  page.on("request", (request) => record.requests.push(request.url()));
  page.on("pageerror", (error) => record.complaints.push(error.message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) record.complaints.push(message.text());
  });
  await page.exposeFunction("recordViolation", (violation) => record.violations.push(violation));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) =>
      window.recordViolation({ violatedDirective, blockedURI, sample }),
    );
  });
}

async function refuseAndRecord(outside) {
  const recorder = createServer((request, response) => {
    outside.push(request.url);
    response.writeHead(403).end();
  });
  recorder.on("connect", (request, socket) => {
    outside.push(request.url);
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  recorder.listen(0, "127.0.0.1");
  await once(recorder, "listening");
  return {
    address: `http://127.0.0.1:${recorder.address().port}`,
    close() {
      recorder.close();
      recorder.closeAllConnections();
    },
  };
}
