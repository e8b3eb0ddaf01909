#include "tongsuan/report/internal/page.h"

namespace tongsuan::report::internal {

// Everything it shows goes through textContent; numbers come from the JSON element and from the
// drawings themselves.
std::string_view page_script() {
  return R"js(
(function(){
'use strict';
var root=document.documentElement,$=function(q){return document.querySelector(q)},
all=function(q,e){return Array.prototype.slice.call((e||document).querySelectorAll(q))};
root.classList.add('js');
var data=JSON.parse($('#data').textContent),tip=$('#tip');
function zh(){return $('#lang-zh').checked}
function say(en,cn){return zh()?cn:en}
function hide(){tip.style.display='none'}
function show(text,x,y){
  tip.textContent=text;tip.style.display='block';
  var w=tip.offsetWidth,h=tip.offsetHeight,left=x+14,top=y+14;
  if(left+w>innerWidth-8)left=Math.max(8,x-w-12);
  if(top+h>innerHeight-8)top=Math.max(8,y-h-12);
  tip.style.left=left+'px';tip.style.top=top+'px';
}
function num(v,d){return v==null?'–':v.toLocaleString('en-US',{minimumFractionDigits:d,maximumFractionDigits:d})}
function pct(v){return v==null?'–':num(v*100,0)+' %'}

function language(){
  root.lang=zh()?'zh-CN':'en';
  all('#find').forEach(function(e){e.placeholder=zh()?e.dataset.zh:e.dataset.en});
  at(current);
}
all('input[name=lang]').forEach(function(e){e.addEventListener('change',language)});

all('[data-en]').forEach(function(e){
  if(e.id==='find')return;
  function text(){return zh()?e.dataset.zh:e.dataset.en}
  e.addEventListener('pointermove',function(v){show(text(),v.clientX,v.clientY)});
  e.addEventListener('pointerleave',hide);
  e.addEventListener('focus',function(){var b=e.getBoundingClientRect();show(text(),b.right,b.top)});
  e.addEventListener('blur',hide);
});
document.addEventListener('keydown',function(e){if(e.key==='Escape')hide()});

all('.strip').forEach(function(e){
  var hub=data.hubs[+e.dataset.h],name=e.previousElementSibling;
  e.addEventListener('pointermove',function(v){
    var b=e.getBoundingClientRect(),i=Math.floor((v.clientX-b.left)/b.width*data.when.length);
    i=Math.max(0,Math.min(data.when.length-1,i));
    show(name.innerText+' · '+data.when[i]+'\n'+say('price ','价格 ')+num(hub.p[i],2)+'\n'+
      say('utilisation ','利用率 ')+pct(hub.u[i]),v.clientX,v.clientY);
  });
  e.addEventListener('pointerleave',hide);
});

/* Steps of a path drawn with M, H and V: the height at x, in units of the drawing. */
function height(path,x){
  if(!path)return null;
  var step=/([MHV])([-\d.]+)(?: ([-\d.]+))?/g,d=path.getAttribute('d'),m,px=0,y=null;
  while((m=step.exec(d))){
    if(m[1]==='M'){px=+m[2];y=+m[3]}
    else if(m[1]==='V')y=+m[2];
    else{if(x>=px&&x<=+m[2])return y;px=+m[2]}
  }
  return null;
}
all('.plot.step').forEach(function(e){
  var xm=+e.dataset.x,ym=+e.dataset.y,sup=$$('.sup'),acc=$$('.acc'),rej=$$('.rej');
  function $$(q){return e.querySelector(q)}
  function val(y){return y==null||y>=1000?null:(1000-y)/1000*ym}
  e.addEventListener('pointermove',function(v){
    var b=e.getBoundingClientRect(),f=Math.max(0,Math.min(1,(v.clientX-b.left)/b.width)),x=f*1000;
    var s=val(height(sup,x)),a=val(height(acc,x)),r=val(height(rej,x));
    show(num(f*xm,0)+say(' device-hours',' 卡时')+'\n'+say('supply ','供给 ')+num(s,2)+
      (a!=null?'\n'+say('accepted ','中标 ')+num(a,2):'')+(r!=null?'\n'+say('rejected ','落选 ')+num(r,2):''),v.clientX,v.clientY);
  });
  e.addEventListener('pointerleave',hide);
});
all('.plot.trace').forEach(function(e){
  var low=+e.dataset.low,points=e.querySelector('.curve').getAttribute('d').split(/[ML]/).slice(1).map(function(p){return p.split(' ').map(Number)});
  e.addEventListener('pointermove',function(v){
    var b=e.getBoundingClientRect(),x=(v.clientX-b.left)/b.width*1000,best=points[0];
    points.forEach(function(p){if(Math.abs(p[0]-x)<Math.abs(best[0]-x))best=p});
    show(num(best[0]/10,0)+' % '+say('of the work','工作量')+'\n'+say('gap ','差距 ')+num(best[1]/1000*(1-low)*100,3)+' %',v.clientX,v.clientY);
  });
  e.addEventListener('pointerleave',hide);
});

/* The map at one column of time; -1 is the whole round, as drawn. */
var current=-1,slider=$('#when'),kept=[],timer=0;
all('.map [class]').forEach(function(e){kept.push([e,e.getAttribute('class'),e.getAttribute('stroke-width'),e.getAttribute('stroke-dasharray')])});
var labels=all('.map [data-v]').map(function(e){return[e,e.textContent]});
function shade(v,low,high){return v==null?'qn':'q'+Math.max(0,Math.min(6,high>low?Math.floor((v-low)*7/(high-low)):0))}
function at(i){
  current=i;
  kept.forEach(function(k){
    k[0].setAttribute('class',k[1]);
    if(k[2])k[0].setAttribute('stroke-width',k[2]);
    if(k[3])k[0].setAttribute('stroke-dasharray',k[3]);
  });
  labels.forEach(function(l){l[0].textContent=l[1]});
  if(!slider)return;
  slider.value=i;
  var out=$('#when-text');
  out.textContent=i<0?say('whole round','整轮'):data.when[i];
  slider.setAttribute('aria-valuetext',out.textContent);
  if(i<0)return;
  all('.hubmark').forEach(function(e){
    var hub=data.hubs[+e.dataset.h];
    e.querySelector('.by-price').setAttribute('class','disc by-price '+shade(hub.p[i],data.low,data.high));
    e.querySelector('.by-use').setAttribute('class','disc by-use '+shade(hub.u[i],0,1));
    e.querySelector('.ring').setAttribute('stroke-dasharray',(hub.u[i]||0)*100+' 100');
  });
  labels.forEach(function(l){var hub=data.hubs[+l[0].dataset.v];l[0].textContent=num(hub.p[i],2)+' · '+pct(hub.u[i])});
  all('.map .flow').forEach(function(e){
    var list=data.flows[e.dataset.f],f=list?list[i]:0;
    if(!f){e.setAttribute('class','flow off');return}
    var wire=e.querySelector('.wire'),mark=e.querySelector('.fullmark');
    wire.setAttribute('stroke-width',1+6*Math.sqrt(f/1000));
    if(mark)mark.setAttribute('class','fullmark off');
  });
}
function stop(){clearInterval(timer);timer=0;$('#play').setAttribute('aria-pressed','false')}
if(slider){
  slider.addEventListener('input',function(){stop();at(+slider.value)});
  $('#play').addEventListener('click',function(){
    if(timer){stop();return}
    $('#play').setAttribute('aria-pressed','true');
    timer=setInterval(function(){if(current+1>=data.when.length){stop();at(-1)}else at(current+1)},160);
  });
}

var find=$('#find');
if(find){
  var rows=all('#rejected-rows tbody tr').map(function(r){return[r,r.textContent.toLowerCase()]});
  find.addEventListener('input',function(){
    var words=find.value.toLowerCase().split(/\s+/).filter(Boolean),any=false;
    rows.forEach(function(r){
      var hit=words.every(function(w){return r[1].indexOf(w)>=0});
      r[0].hidden=!hit;any=any||hit;
    });
    $('#found').hidden=any;
  });
  document.addEventListener('keydown',function(e){
    if(e.key==='/'&&!/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)){e.preventDefault();find.focus()}
  });
}
language();
})();
)js";
}

}  // namespace tongsuan::report::internal
