#include "tongsuan/lab/internal/replay_page.h"

namespace tongsuan::lab::internal {

// Added to the rules of every report. Policies differ by colour and by dashes, from weak grey to
// strong, so that they are told apart in print and by any kind of colour vision.
std::string_view replay_style() {
  return R"css(
:root{--p0:#9aa1a8;--p1:#626b74;--p2:#a77400;--p3:#3d8abb;--p4:#0a3a62;--p5:#2e7d55;--p6:#c2410c}
@media (prefers-color-scheme:dark){:root{--p0:#6d767e;--p1:#a3acb4;--p2:#d9ab45;--p3:#4594ba;--p4:#cfe9f4;--p5:#74c69a;--p6:#f0935c}}
html:has(#theme-light:checked){--p0:#9aa1a8;--p1:#626b74;--p2:#a77400;--p3:#3d8abb;--p4:#0a3a62;--p5:#2e7d55;--p6:#c2410c}
html:has(#theme-dark:checked){--p0:#6d767e;--p1:#a3acb4;--p2:#d9ab45;--p3:#4594ba;--p4:#cfe9f4;--p5:#74c69a;--p6:#f0935c}
.head{border-top:2px solid var(--ink);border-bottom:1px solid var(--line);padding:16px 0 17px}
.lead{font-size:20px;line-height:1.42;letter-spacing:-.01em;margin:0;max-width:64ch;font-weight:560}
.lead.second{font-size:15px;font-weight:450;letter-spacing:0;line-height:1.55;margin-top:10px;max-width:96ch;color:var(--mute)}
.head .note{margin:10px 0 0}
.sub{color:var(--faint);font-weight:400}
.mark{display:inline-block;width:1.25em;text-align:right;font-size:10.5px}
.mark.good{color:var(--green)}.mark.bad{color:var(--hot)}
td .what{display:block;white-space:normal;text-align:left;min-width:30ch;max-width:52ch;color:var(--mute);font-size:12.5px}
.warn{border-left:3px solid var(--hot);padding-left:12px;color:var(--ink)}
.ln{fill:none;stroke:var(--ink);stroke-width:1.8;stroke-linejoin:round;vector-effect:non-scaling-stroke}
.ln.p0{stroke:var(--p0);stroke-dasharray:2 3}.ln.p1{stroke:var(--p1);stroke-dasharray:6 3}
.ln.p2{stroke:var(--p2);stroke-dasharray:8 2 2 2}.ln.p3{stroke:var(--p3);stroke-dasharray:12 3}
.ln.p4{stroke:var(--p4)}.ln.p5{stroke:var(--p5);stroke-dasharray:14 3 3 3}
.ln.p6{stroke:var(--p6);stroke-width:2.8}
.ln.bound{stroke:var(--ink);stroke-dasharray:3 4;stroke-width:1.2}
.key{width:26px;height:8px;overflow:visible}
.minis{display:grid;grid-template-columns:repeat(var(--n,6),minmax(0,1fr));gap:10px 14px;margin:0 0 20px}
.minis figure{margin:0;min-width:0}
.minis figcaption{font-size:12px;font-weight:550;margin-bottom:3px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.minis svg{display:block;width:100%;height:76px;border-left:1px solid var(--line);border-bottom:1px solid var(--faint)}
.minis path{vector-effect:non-scaling-stroke}
.minis .grid{stroke:var(--line);stroke-width:1;fill:none}
.minis .fill1{fill:var(--q3);stroke:none}.minis .fill2{fill:var(--q2);stroke:none}
.minis .fillgreen{fill:var(--green);stroke:none;opacity:.85}
.minis .edge{fill:none;stroke:var(--ink);stroke-width:1.2}
.sweeps{grid-template-columns:repeat(4,minmax(0,1fr))}.sweeps .plot{height:200px}
.pair{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:12px 56px;align-items:start}
.dots{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:0 16px;align-items:center;font-size:12.5px}
.dots .t{position:relative;height:34px;background:linear-gradient(var(--line),var(--line)) 0 50%/100% 1px no-repeat}
.dot{position:absolute;top:50%;width:12px;height:12px;margin:-6px 0 0 -6px;border-radius:50%;border:1.5px solid var(--bg)}
.dot.p0{background:var(--p0)}.dot.p1{background:var(--p1)}.dot.p2{background:var(--p2)}.dot.p3{background:var(--p3)}
.dot.p4{background:var(--p4)}.dot.p5{background:var(--p5)}
.dot.p6{background:var(--p6);border-radius:2px;transform:rotate(45deg)}
.dots .scale{position:relative;height:24px;color:var(--faint);font-size:11.5px}
.dots .scale span{position:absolute;white-space:nowrap;transform:translateX(-50%)}
.dots .scale span:first-child{transform:none}
.whys{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,390px),1fr));gap:18px 40px}
.whys ol{margin:0;padding-left:18px;font-size:13px;line-height:1.55}
.whys .used{margin:-3px 0 4px;color:var(--mute);font-size:12.5px}
.whys h3{margin:0 0 3px}
.mapheat{display:grid;grid-template-columns:minmax(0,1.15fr) minmax(0,1fr);gap:20px 40px;align-items:center}
.cmd{white-space:pre-wrap}
.facts ul{margin:0;padding-left:18px}
#emissions thead th{white-space:normal;max-width:16ch}
@media (max-width:980px){.sweeps{grid-template-columns:repeat(2,minmax(0,1fr))}.minis{grid-template-columns:repeat(3,minmax(0,1fr))}.pair,.mapheat{grid-template-columns:minmax(0,1fr)}}
@media (max-width:620px){.sweeps{grid-template-columns:minmax(0,1fr)}.minis{grid-template-columns:repeat(2,minmax(0,1fr))}.lead{font-size:17px}.minis svg{height:62px}
thead th:nth-child(2),tbody td:nth-child(2){padding-left:2px}}
@media print{.panel{break-inside:avoid}.minis svg{height:56px}}
)css";
}

// Writes text only as text; without it the map shows the mean of the span.
std::string_view replay_script() {
  return R"js(
(function(){
'use strict';
var root=document.documentElement,$=function(q){return document.querySelector(q)},
all=function(q){return Array.prototype.slice.call(document.querySelectorAll(q))};
root.classList.add('js');
var data=JSON.parse($('#data').textContent),tip=$('#tip');
function zh(){return $('#lang-zh').checked}
function hide(){tip.style.display='none'}
function show(text,x,y){
  tip.textContent=text;tip.style.display='block';
  var w=tip.offsetWidth,left=x+14;
  if(left+w>innerWidth-8)left=Math.max(8,x-w-12);
  tip.style.left=left+'px';tip.style.top=(y+14)+'px';
}
all('[data-en]').forEach(function(e){
  e.addEventListener('pointermove',function(v){show(zh()?e.dataset.zh:e.dataset.en,v.clientX,v.clientY)});
  e.addEventListener('pointerleave',hide);
});
var slider=$('#when'),out=$('#when-text'),current=-1,timer=0,kept=all('.hubmark').map(function(e){
  var disc=e.querySelector('.disc'),text=e.querySelector('.v');
  return{use:data[+e.dataset.p][+e.dataset.h],disc:disc,text:text,cls:disc.getAttribute('class'),was:text.textContent};
}),mean=out?out.cloneNode(true):null;
function at(hour){
  current=hour;
  kept.forEach(function(k){
    var u=k.use[hour];
    k.disc.setAttribute('class',hour<0?k.cls:'disc q'+Math.min(6,Math.floor(u*7/100)));
    k.text.textContent=hour<0?k.was:u+' %';
  });
  slider.value=hour;
  if(hour<0){out.replaceChildren.apply(out,Array.prototype.slice.call(mean.cloneNode(true).childNodes));return}
  var day=Math.floor(hour/24)+1,clock=('0'+hour%24).slice(-2)+':00';
  out.textContent=zh()?'第 '+day+' 天 '+clock:'day '+day+', '+clock;
}
function stop(){clearInterval(timer);timer=0;$('#play').setAttribute('aria-pressed','false')}
if(slider){
  slider.addEventListener('input',function(){stop();at(+slider.value)});
  $('#play').addEventListener('click',function(){
    if(timer){stop();return}
    $('#play').setAttribute('aria-pressed','true');
    timer=setInterval(function(){if(current>=+slider.max){stop();at(-1)}else at(current+1)},140);
  });
  all('input[name=lang]').forEach(function(e){e.addEventListener('change',function(){root.lang=zh()?'zh-CN':'en';at(current)})});
}
})();
)js";
}

}  // namespace tongsuan::lab::internal
