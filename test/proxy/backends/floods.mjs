// Writes log notifications to stdout all the time (4 MB/s), whether or not somebody reads them, and answers in between. Where
// nobody reads, its write blocks, and with it everything else: the end of stdin and SIGTERM go unseen. Options: serve.mjs.
import { serve } from "./serve.mjs";

const { send } = serve();
const data = "flood ".repeat(170);
setInterval(() => {
  for (let line = 0; line < 20; line += 1) send({ method: "notifications/message", params: { level: "info", data } });
}, 5);
