// Goes on at the end of stdin and at SIGTERM: only SIGKILL ends it. Options: serve.mjs.
import { serve } from "./serve.mjs";

serve({ onEof: "ignore", onSigterm: "ignore" });
