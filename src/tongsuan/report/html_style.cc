#include "tongsuan/report/page_parts.h"

namespace tongsuan::report {

// Two palettes by one list of names. The seven shades are one hue from weak to strong, so that
// order survives any kind of colour vision and print; blue, orange and green are told apart by all.
std::string_view page_style() {
  return R"css(
:root{color-scheme:light;--bg:#faf9f6;--panel:#fff;--ink:#15191e;--mute:#59626c;--faint:#8b939b;
--line:#e2dfd7;--soft:#f1efe9;--accent:#0b5f94;--hot:#b84a12;--green:#127556;--amber:#8f6400;
--acc:#3d8abb;--accline:#dcecf5;--rej:#f8e6da;--rejline:#c9703f;
--q0:#e9f1f5;--q1:#cfe3ed;--q2:#a7cde1;--q3:#72afd1;--q4:#3d8abb;--q5:#1b6498;--q6:#0a3a62;--none:#edebe5}
@media (prefers-color-scheme:dark){:root{color-scheme:dark;--bg:#101417;--panel:#161b1f;--ink:#e8ebed;
--mute:#a0a9b1;--faint:#767f87;--line:#2a3137;--soft:#1c2227;--accent:#6fb9e6;--hot:#f0935c;--green:#4fc09a;
--amber:#d9ab45;--acc:#3a83af;--accline:#173247;--rej:#33231b;--rejline:#f0935c;
--q0:#17242d;--q1:#193447;--q2:#1d4b68;--q3:#286b91;--q4:#4594ba;--q5:#82c1d9;--q6:#dbf0f6;--none:#1d2226}}
html:has(#theme-light:checked){color-scheme:light;--bg:#faf9f6;--panel:#fff;--ink:#15191e;--mute:#59626c;
--faint:#8b939b;--line:#e2dfd7;--soft:#f1efe9;--accent:#0b5f94;--hot:#b84a12;--green:#127556;--amber:#8f6400;
--acc:#3d8abb;--accline:#dcecf5;--rej:#f8e6da;--rejline:#c9703f;
--q0:#e9f1f5;--q1:#cfe3ed;--q2:#a7cde1;--q3:#72afd1;--q4:#3d8abb;--q5:#1b6498;--q6:#0a3a62;--none:#edebe5}
html:has(#theme-dark:checked){color-scheme:dark;--bg:#101417;--panel:#161b1f;--ink:#e8ebed;--mute:#a0a9b1;
--faint:#767f87;--line:#2a3137;--soft:#1c2227;--accent:#6fb9e6;--hot:#f0935c;--green:#4fc09a;--amber:#d9ab45;
--acc:#3a83af;--accline:#173247;--rej:#33231b;--rejline:#f0935c;
--q0:#17242d;--q1:#193447;--q2:#1d4b68;--q3:#286b91;--q4:#4594ba;--q5:#82c1d9;--q6:#dbf0f6;--none:#1d2226}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth;background:var(--bg)}
body{margin:0;background:var(--bg);color:var(--ink);
font:14px/1.5 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"PingFang SC",
"Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif;
font-variant-numeric:tabular-nums lining-nums}
.zh{display:none}
html:has(#lang-zh:checked) .en{display:none}
html:has(#lang-zh:checked) span.zh,html:has(#lang-zh:checked) text.zh,html:has(#lang-zh:checked) g.zh{display:inline}
.wrap{max-width:1376px;margin:0 auto;padding:0 28px}
a{color:var(--accent)}
code,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:12.5px}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-999px}.skip:focus{left:12px;top:8px;background:var(--panel);padding:6px 10px;z-index:9}

.top{display:flex;flex-wrap:wrap;align-items:flex-end;gap:10px 28px;padding:26px 0 18px}
.brand{font-size:13px;color:var(--mute);letter-spacing:.02em}
.brand b{color:var(--ink);font-weight:650}
h1{font-size:27px;line-height:1.15;font-weight:650;letter-spacing:-.015em;margin:3px 0 0}
.meta{color:var(--mute);font-size:13px;margin-top:5px}
.meta i{font-style:normal;color:var(--faint);padding:0 5px}
.controls{margin-left:auto;display:flex;flex-wrap:wrap;gap:8px 14px;align-items:center}
fieldset{border:0;margin:0;padding:0;min-width:0}
legend{position:absolute;left:-9999px}
.seg{display:inline-flex;background:var(--soft);border-radius:7px;padding:2px}
.seg input{position:absolute;opacity:0;pointer-events:none}
.seg label{padding:3px 11px;border-radius:5px;font-size:12.5px;color:var(--mute);cursor:pointer;white-space:nowrap}
.seg label:hover{color:var(--ink)}
.seg input:checked+label{background:var(--panel);color:var(--ink);font-weight:550;box-shadow:0 0 0 1px var(--line)}
.seg input:focus-visible+label{outline:2px solid var(--accent);outline-offset:1px}

.kpis{display:grid;grid-template-columns:repeat(8,minmax(0,1fr));border-top:2px solid var(--ink);
border-bottom:1px solid var(--line)}
.kpi{padding:12px 14px 13px;border-left:1px solid var(--line)}
.kpi:first-child{border-left:0;padding-left:0}
.kpi dt{font-size:12px;color:var(--mute)}
.kpi dd{margin:0}
.kpi .v{font-size:23px;line-height:1.25;font-weight:620;letter-spacing:-.015em;white-space:nowrap}
.kpi .v small{font-size:13px;font-weight:500;color:var(--mute);letter-spacing:0}
.kpi .s{font-size:12px;color:var(--mute);line-height:1.35;margin-top:1px}
.up{color:var(--green);font-weight:600}

section{padding:26px 0 24px;border-bottom:1px solid var(--line);min-width:0}
section>header{margin-bottom:14px}
h2{font-size:17px;line-height:1.3;font-weight:640;letter-spacing:-.005em;margin:0}
section>header p,.note{color:var(--mute);font-size:13px;margin:3px 0 0;max-width:104ch}
.note{margin:9px 0}
h3{font-size:13px;font-weight:620;margin:0 0 6px}
.two{display:grid;grid-template-columns:minmax(0,1.72fr) minmax(0,1fr);gap:0 44px;border-bottom:1px solid var(--line)}
.two>section,.two>div>section:last-child{border-bottom:0}
.bar{display:flex;flex-wrap:wrap;align-items:center;gap:8px 18px;margin-bottom:8px;font-size:12.5px;color:var(--mute)}
.legend{display:flex;flex-wrap:wrap;gap:5px 16px;align-items:center;font-size:12px;color:var(--mute);margin-top:9px}
.legend span.k{display:inline-flex;align-items:center;gap:6px}
.ramp{display:inline-flex;border-radius:2px;overflow:hidden}
.ramp i{width:17px;height:10px;display:block}
.q0{fill:var(--q0);background:var(--q0)}.q1{fill:var(--q1);background:var(--q1)}.q2{fill:var(--q2);background:var(--q2)}
.q3{fill:var(--q3);background:var(--q3)}.q4{fill:var(--q4);background:var(--q4)}.q5{fill:var(--q5);background:var(--q5)}
.q6{fill:var(--q6);background:var(--q6)}.qn{fill:var(--none);background:var(--none)}
.sw{width:18px;height:0;border-top:3px solid;display:inline-block;border-radius:2px}
.box{width:12px;height:12px;display:inline-block;border-radius:2px}
.dia{width:8px;height:8px;transform:rotate(45deg);display:inline-block;background:var(--panel);border:2px solid var(--hot)}

.map{display:block;width:100%;height:auto;overflow:visible}
.map.narrow{display:none}
.map text{font-size:12px;fill:var(--ink);paint-order:stroke;stroke:var(--bg);stroke-width:3.5px;stroke-linejoin:round}
.map text .v,.map .v{fill:var(--mute);font-size:11px}
.map .nm{font-weight:600}
.map .grat{stroke:var(--line);stroke-width:1;fill:none}
.map .wire{fill:none;stroke-linecap:round}
.map .data{stroke:var(--accent)}.map .power{stroke:var(--amber)}.map .greenline{stroke:var(--green)}
.map .idle{stroke:var(--line);stroke-dasharray:2 4;stroke-width:1}
.map polygon.data{fill:var(--accent);stroke:none}.map polygon.power{fill:var(--amber);stroke:none}
.map polygon.greenline{fill:var(--green);stroke:none}
.map .fullmark{fill:var(--panel);stroke:var(--hot);stroke-width:2}
.map .off{display:none}
.map .rim{fill:none;stroke:var(--soft);stroke-width:4}
.map .ring{fill:none;stroke:var(--ink);stroke-width:4}
.map .disc{stroke:var(--panel);stroke-width:1.5}
.map .by-use{display:none}
html:has(#map-use:checked) .map .by-use{display:inline}
html:has(#map-use:checked) .map .by-price{display:none}
html:has(#map-use:checked) .only-price{display:none}
html:not(:has(#map-use:checked)) .only-use{display:none}
.hubmark:hover .disc,.hubmark:focus .disc{stroke:var(--ink)}
.time{display:none}
.js .time{display:flex;align-items:center;gap:10px;flex:1 1 260px;min-width:0}
.time input{flex:1;min-width:80px;accent-color:var(--accent)}
.time output{min-width:8.5em;color:var(--ink);font-size:12.5px}
button{font:inherit;font-size:12.5px;color:var(--ink);background:var(--panel);border:1px solid var(--line);border-radius:6px;
padding:3px 11px;cursor:pointer}
button:hover{border-color:var(--faint)}
button[aria-pressed=true]{background:var(--ink);color:var(--bg);border-color:var(--ink)}

.heat{display:grid;grid-template-columns:max-content minmax(0,1fr) max-content;gap:2px 12px;align-items:center;font-size:12.5px}
.heat .nm{white-space:nowrap;overflow:hidden;text-overflow:ellipsis;max-width:15em}
.heat .m{text-align:right;color:var(--mute)}
.heat svg{display:block;width:100%;height:22px;border-radius:2px}
.heat .hd{font-size:11.5px;color:var(--faint)}
.axis{position:relative;height:18px;font-size:11.5px;color:var(--faint)}
.axis span{position:absolute;white-space:nowrap;padding-left:4px;border-left:1px solid var(--line)}

.usage{display:grid;grid-template-columns:max-content minmax(70px,1fr) max-content;gap:0 14px;align-items:center;font-size:12.5px}
.usage .t{position:relative;height:25px;background:linear-gradient(var(--line),var(--line)) 0 50%/100% 1px no-repeat}
.usage .t i{position:absolute;top:50%}
.usage .t .span{height:3px;margin-top:-1.5px;background:var(--q3);border-radius:2px}
.usage .t .was,.usage .t .now{width:11px;height:11px;border-radius:50%;margin:-5.5px 0 0 -5.5px}
.usage .t .was{background:var(--bg);border:2px solid var(--faint)}
.usage .t .now{background:var(--accent)}
.usage .p{text-align:right;white-space:nowrap}
.usage .p .w{color:var(--faint)}
.usage .all{font-weight:640;padding-top:4px}
.usage .scale{position:relative;height:18px;color:var(--faint);font-size:11.5px}
.usage .scale span{position:absolute;white-space:nowrap;transform:translateX(-50%)}
.usage .scale span:first-child{transform:none}.usage .scale span:last-child{transform:translateX(-100%)}

.chips{display:flex;flex-wrap:wrap;gap:6px;margin-bottom:14px}
.chips input{position:absolute;opacity:0;pointer-events:none}
.chips label{border:1px solid var(--line);background:var(--panel);border-radius:15px;padding:3px 12px;font-size:12.5px;cursor:pointer}
.chips label:hover{border-color:var(--faint)}
.chips input:checked+label{background:var(--ink);border-color:var(--ink);color:var(--bg)}
.chips input:focus-visible+label{outline:2px solid var(--accent);outline-offset:2px}
.panel{display:none}
.multi{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,330px),1fr));gap:22px 34px}
.plot{position:relative;margin:0 0 34px 46px;height:230px;border-left:1px solid var(--line);border-bottom:1px solid var(--faint)}
.plot svg{position:absolute;inset:0;width:100%;height:100%;overflow:hidden}
.plot .y{position:absolute;right:100%;margin-right:7px;transform:translateY(50%);font-size:11.5px;color:var(--mute);white-space:nowrap}
.plot .x{position:absolute;top:100%;margin-top:4px;transform:translateX(-50%);font-size:11.5px;color:var(--mute);white-space:nowrap}
.plot .x.end{transform:translateX(-100%)}
.plot .xt{position:absolute;right:0;top:100%;margin-top:19px;font-size:11.5px;color:var(--faint)}
.plot .lab{position:absolute;font-size:11.5px;font-weight:600;color:var(--hot);background:color-mix(in srgb,var(--bg) 78%,transparent);
padding:0 4px;border-radius:3px;white-space:nowrap;right:2px;transform:translateY(-3px)}
.plot .grid{stroke:var(--line);stroke-width:1;vector-effect:non-scaling-stroke;fill:none}
.plot path,.plot line{vector-effect:non-scaling-stroke}
.plot .acc{fill:var(--acc);stroke:var(--accline);stroke-width:.6}
.plot .rej{fill:var(--rej);stroke:var(--rejline);stroke-width:.6}
.plot .sup{fill:none;stroke:var(--ink);stroke-width:2}
.plot .cut{stroke:var(--hot);stroke-width:1.5;stroke-dasharray:5 4;fill:none}
.plot .area{fill:var(--q1)}.plot .curve{fill:none;stroke:var(--accent);stroke-width:2}
.plot .hair{stroke:var(--ink);stroke-width:1;opacity:.55}
.plot.tall{height:190px}

.scroll{overflow-x:auto;-webkit-overflow-scrolling:touch}
table{border-collapse:collapse;width:100%;font-size:13px}
caption{position:absolute;left:-9999px}
th,td{padding:6px 9px;text-align:left;font-weight:400;white-space:nowrap;border-bottom:1px solid var(--line)}
tbody tr:last-child>*{border-bottom:0}
thead th{font-size:12px;color:var(--mute);border-bottom:1px solid var(--faint);vertical-align:bottom;padding-top:0}
th:first-child,td:first-child{padding-left:0}
th:last-child,td:last-child{padding-right:0}
tbody th{font-weight:550}
.n{text-align:right}
tbody tr:hover>*{background:var(--soft)}
td .sub{color:var(--faint)}
.mix{display:inline-flex;width:90px;height:9px;border-radius:2px;overflow:hidden;vertical-align:middle;background:var(--none)}
.mix i{display:block;height:100%}
.c0{background:var(--acc)}.c1{background:var(--amber)}.c2{background:var(--green)}.c3{background:var(--ink)}.c4{background:var(--hot)}
details{margin-top:14px}
summary{cursor:pointer;font-size:13px;color:var(--accent);padding:2px 0}
details[open] summary{margin-bottom:8px}

.reasons{list-style:none;margin:0 0 16px;padding:0;display:grid;grid-template-columns:max-content max-content minmax(0,1fr);gap:5px 12px;font-size:13px;align-items:center}
.reasons li{display:contents}
.reasons .c{text-align:right}
.reasons .why{color:var(--mute);min-width:0}
.reasons .lb{position:relative}
.find{display:none}
.js .find{display:flex;flex-wrap:wrap;gap:8px;margin-bottom:10px;align-items:center}
.find input{font:inherit;font-size:13px;color:var(--ink);background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:5px 10px;width:min(100%,330px)}
.code{font-size:11.5px;letter-spacing:.01em}
.limit{max-height:520px;overflow:auto}
.limit thead th{position:sticky;top:0;background:var(--bg)}

.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:7px 26px;margin:0;font-size:13.5px}
.facts dt{color:var(--mute)}
.facts dd{margin:0;overflow-wrap:anywhere}
.cmd{display:block;background:var(--soft);border-radius:7px;padding:10px 13px;overflow-x:auto;white-space:pre}
.badge{display:inline-block;border:1px solid var(--green);color:var(--green);border-radius:4px;padding:0 7px;font-size:12px;font-weight:600}
footer{padding:20px 0 40px;color:var(--faint);font-size:12px}
#tip{position:fixed;z-index:20;pointer-events:none;background:var(--ink);color:var(--bg);font-size:12px;line-height:1.45;padding:6px 9px;
border-radius:6px;white-space:pre;display:none;max-width:92vw;box-shadow:0 3px 14px rgba(0,0,0,.22)}

@media (max-width:1500px){.usage .scale span:nth-child(2n){display:none}}
@media (max-width:1180px){.kpis{grid-template-columns:repeat(4,minmax(0,1fr))}.kpi:nth-child(4n+1){border-left:0;padding-left:0}
.kpi:nth-child(n+5){border-top:1px solid var(--line)}}
@media (max-width:980px){.axis span:nth-child(2n){display:none}.two{grid-template-columns:minmax(0,1fr);border-bottom:0}.two>section{border-bottom:1px solid var(--line)}}
@media (max-width:620px){.wrap{padding:0 16px}.kpis{grid-template-columns:repeat(2,minmax(0,1fr))}
.kpi:nth-child(n){border-left:1px solid var(--line);padding-left:12px;border-top:1px solid var(--line)}
.kpi:nth-child(2n+1){border-left:0;padding-left:0}.kpi:nth-child(-n+2){border-top:0}
.kpi .v{font-size:20px}h1{font-size:23px}.controls{margin-left:0}.map.wide{display:none}.map.narrow{display:block}
.axis span:not(:nth-child(4n+1)),.axis span:nth-child(n+7),.usage .scale span:nth-child(2n){display:none}
.heat{gap:2px 8px}.heat .nm{max-width:7.2em}.heat svg{height:19px}.usage{gap:0 9px}.usage .nm{max-width:7.6em;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.reasons{grid-template-columns:max-content minmax(0,1fr)}.reasons .why{grid-column:1/-1;margin:-4px 0 4px}
tbody th{white-space:normal;min-width:8em}.facts{grid-template-columns:minmax(0,1fr);gap:1px}.facts dd{margin-bottom:9px}.plot{margin-left:40px}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media print{:root{--bg:#fff;--panel:#fff}.controls,.find,.time,.bar .seg,.chips,#tip{display:none!important}body{font-size:11px}
section{break-inside:avoid;padding:14px 0}.limit{max-height:none;overflow:visible}.wrap{max-width:none;padding:0}}
)css";
}

}  // namespace tongsuan::report
