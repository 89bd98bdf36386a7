import { timelineStyle } from "../../../policies/shutdown/draw-svg.ts";
import { signalsStyle } from "./draw-signals.ts";

/** The page's look: light, dark and on paper. Contrast of text is 4.5:1 or more on every ground that it stands on. */
export const pageStyle = `:root{color-scheme:light dark;--ground:#fff;--panel:#f4f6f8;--text:#1c2024;--dim:#5a6470;--edge:#8a95a1;--line:#d5dbe1;--link:#1f5fbf;--error:#b42323;--error-ground:#fdeaea;--warn:#7a4b00;--warn-ground:#fdf1d8;--advice:#1a5a8a;--advice-ground:#e5f1fa;--good:#1d6b43;--good-ground:#e3f5ea}
@media screen and (prefers-color-scheme:dark){:root{--ground:#14181d;--panel:#1d2329;--text:#e6e9ed;--dim:#a4adb8;--edge:#77828e;--line:#333b44;--link:#7fb4ff;--error:#ff8f87;--error-ground:#3d1a1a;--warn:#f0bd62;--warn-ground:#3a2b0c;--advice:#83c3f5;--advice-ground:#142c40;--good:#77d3a1;--good-ground:#12321f}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0 auto;padding:1.5rem 1.25rem 3rem;max-width:62rem;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
h1{font-size:2rem;line-height:1.2;margin:.2rem 0 .5rem}h2{font-size:1.4rem;margin:2.5rem 0 .75rem;padding-bottom:.3rem;border-bottom:2px solid var(--line)}h3{font-size:1.1rem;margin:1.75rem 0 .5rem}h4{font-size:1rem;margin:0 0 .4rem}
p,li,dd{max-width:48rem;overflow-wrap:anywhere}
code,pre{font:.86em/1.45 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}code{overflow-wrap:anywhere}
a{color:var(--link)}a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-999rem}.skip:focus{left:1rem;top:.5rem;background:var(--ground);padding:.5rem}
.tool,.dim{color:var(--dim)}.tool{margin:0}
nav{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:.75rem 1.25rem}nav h2{font-size:1rem;border:0;margin:0;padding:0}nav ol{margin:.25rem 0;columns:2 18rem}
.facts{display:grid;gap:.35rem}.facts div{display:grid;grid-template-columns:14rem 1fr;gap:.75rem}.facts dt{color:var(--dim)}.facts dd{margin:0}
.scroll{overflow-x:auto;margin:1rem 0}table{border-collapse:collapse;width:100%;font-size:.9rem}caption{text-align:left;font-weight:600;padding:.25rem 0 .4rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:break-word}td{min-width:5rem}td code{overflow-wrap:break-word}thead th{background:var(--panel);border-bottom:2px solid var(--edge)}tbody th{font-weight:600}
.badge{display:inline-block;padding:0 .5rem;border-radius:1rem;border:1px solid currentColor;font-size:.82rem;font-weight:600;white-space:nowrap}
.badge.error,.badge.expired{color:var(--error);background:var(--error-ground)}.badge.warn,.badge.expiring{color:var(--warn);background:var(--warn-ground)}.badge.advice{color:var(--advice);background:var(--advice-ground)}.badge.holds{color:var(--good);background:var(--good-ground)}
.rule{border:1px solid var(--line);border-left:4px solid var(--edge);border-radius:6px;padding:.9rem 1.1rem;margin:1rem 0}.rule>p{margin:.3rem 0 .6rem}
.findings{list-style:none;padding:0;margin:.75rem 0 0}.findings li{content-visibility:auto;contain-intrinsic-size:auto 8rem;max-width:none;border-top:1px solid var(--line);padding:.6rem 0}.findings p{margin:.2rem 0}.where code{color:var(--dim)}.fix{color:var(--good)}
.sum{width:auto;margin:.4rem 0}.sum caption{font-weight:400;color:var(--dim);font-size:.82rem}.sum th,.sum td{padding:.15rem .8rem .15rem 0;border:0;min-width:0;font-weight:400}.sum .number{font-variant-numeric:tabular-nums;text-align:right;white-space:nowrap}.sum .sum>*,.sum .limit>*{border-top:1px solid var(--edge);font-weight:600}
details{margin:.4rem 0}summary{cursor:pointer;padding:.25rem .2rem;overflow-wrap:anywhere}.workload{border-bottom:1px solid var(--line);margin:0;content-visibility:auto;contain-intrinsic-size:auto 2.2rem}.workload[open]{padding-bottom:1rem}.paths{margin:1rem 0 2rem}.paths h4 code,.workload code{font-weight:400;color:var(--dim)}
.why{color:var(--dim)}.why ul{margin:.3rem 0;padding-left:1.2rem}.why b{color:var(--text)}
.notes div{display:grid;grid-template-columns:11rem 1fr;gap:.75rem}.notes dt{font-weight:600;overflow-wrap:anywhere}.notes dd{margin:0}
.diff{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:.75rem;overflow-x:auto;white-space:pre}.diff ins,.diff del{text-decoration:none}.diff ins{color:var(--good)}.diff del{color:var(--error)}
.nowrap{white-space:nowrap}.hash{font-size:.8em}footer{margin-top:3rem;color:var(--dim);border-top:1px solid var(--line)}
@media (max-width:40rem){.workload,.paths{overflow-x:auto}.clock,.signals{min-width:34rem}.paths table,#waivers table{min-width:34rem}.facts div,.notes div{grid-template-columns:1fr;gap:0}.facts dd,.notes dd{margin-bottom:.4rem}}
@media print{.workload,.findings li{content-visibility:visible}:root{color-scheme:light;--ground:#fff;--panel:#fff;--text:#000;--dim:#333;--link:#000}body{max-width:none;padding:0;font-size:10pt}nav,.skip{display:none}h2,h3,h4,summary{break-after:avoid}.findings li,tr,svg{break-inside:avoid}.scroll,.diff{overflow:visible}.diff{white-space:pre-wrap}details::details-content{content-visibility:visible;display:block;height:auto}}
${signalsStyle}
${timelineStyle}`;
