// Ends with 0 at the end of stdin, as the specification asks, and at SIGTERM. Options: serve.mjs.
import { serve } from "./serve.mjs";

serve();
