// Goes on when stdin ends; ends with 0 at SIGTERM. Options: serve.mjs.
import { serve } from "./serve.mjs";

serve({ onEof: "ignore" });
