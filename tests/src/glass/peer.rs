//! The same visit as a web page: its pages, words and pictures, at the same places, for a browser in kiosk mode.
//!
//! The best that a browser can do: one file from the disk, nothing to fetch but the cars, and a page change is one class on the body. It
//! has no session, no outbox, no link and no second language.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};

use crate::programs;

/// The models that both show, with their places.
pub(super) const MODELS: [(&str, &str); 4] =
    [("s7", "星河 S7 轿车"), ("x5", "星河 X5 中型 SUV"), ("x9", "星河 X9 六座 SUV"), ("e3", "星河 E3 纯电小车")];

const PURPOSES: [&str; 9] =
    ["先看看车", "看指定车型", "试驾", "我有预约", "提车", "维修保养", "投诉反馈", "随便看看", "其他"];

const STYLE: &str = "*{box-sizing:border-box;margin:0}body{background:#f5f3ef;color:#14181d;font:34px sans-serif;width:1920px;\
height:1080px;overflow:hidden}section{display:none;position:absolute;inset:0}body.welcome #welcome,body.purpose #purpose,\
body.models #models,body.visit #visit,body.farewell #farewell{display:block}section>*{position:absolute}h1{font-size:76px}\
h2{font-size:108px}button{font:700 42px sans-serif;border:2px solid #0e4553;border-radius:22px;background:#fff;color:#0e4553}\
button.main{background:#0e4553;color:#fff}small{display:block;font-size:28px;font-weight:400}.soft{color:#4a4f57}\
.card{background:#fff;border:2px solid #d9d4ca;border-radius:36px;text-align:center;font-weight:700;padding:16px}\
.card img{width:391px}";

/// Writes the page and its pictures into a folder.
pub(super) fn write(folder: &Path) -> Result<()> {
    let pictures = programs::workspace().join("assets/pictures/models");
    for (model, _) in MODELS {
        let name = format!("{model}.png");
        std::fs::copy(pictures.join(&name), folder.join(&name)).with_context(|| name.clone())?;
    }
    std::fs::write(folder.join("page.html"), page()?)?;
    Ok(())
}

fn page() -> Result<String> {
    let mut page = format!(
        "<!doctype html><html lang=zh><meta charset=utf-8><title>Yingbin</title><style>{STYLE}</style><body class=welcome>"
    );
    page.push_str(
        "<section id=welcome><h1 style='left:72px;top:72px'>山河汽车</h1><h2 style='left:72px;top:170px'>欢迎光临</h2>",
    );
    page.push_str("<img src=s7.png style='left:732px;top:190px;width:1152px' alt=''>");
    button(&mut page, [72, 716, 1216, 132], "main", "purpose", "点此开始<small>请告诉我们您今天的来意</small>")?;
    button(
        &mut page,
        [72, 876, 560, 132],
        "",
        "purpose",
        "Start in English<small>Tell us what brings you here</small>",
    )?;
    button(&mut page, [660, 876, 400, 132], "", "visit", "请人帮忙<small>Send someone</small>")?;
    page.push_str("</section><section id=purpose><h1 style='left:72px;top:130px'>请问今天有什么可以帮您？</h1>");
    page.push_str("<p class=soft style='left:72px;top:250px'>点一下，我们马上为您找合适的人</p>");
    page.push_str("<img src=s7.png style='left:1408px;top:200px;width:440px' alt=''>");
    for (at, purpose) in (0_i32..).zip(PURPOSES) {
        let next = if at == 1 { "models" } else { "visit" };
        button(&mut page, [72 + at % 3 * 601, 396 + at / 3 * 180, 573, 152], "", next, purpose)?;
    }
    foot(&mut page, "welcome")?;
    page.push_str("</section><section id=models><h1 style='left:72px;top:130px'>您想看哪几款车？</h1>");
    page.push_str("<p class=soft style='left:72px;top:250px'>可以选多款</p>");
    for (at, (model, name)) in (0_i32..).zip(MODELS) {
        let left = 72 + at * 451;
        write!(
            page,
            "<div class=card style='left:{left}px;top:400px;width:423px;height:424px'><img src={model}.png alt=''>{name}</div>"
        )?;
    }
    foot(&mut page, "visit")?;
    page.push_str("</section><section id=visit><h1 style='left:72px;top:130px'>已收到</h1>");
    page.push_str("<p class=soft style='left:72px;top:250px'>前台同事会先接待您，请稍坐</p>");
    for (at, words) in (0_i32..).zip(["感兴趣的车型", "约好的顾问", "手机号码", "怎么称呼您", "同行人数"])
    {
        let left = 72 + at * 358;
        write!(page, "<div class=card style='left:{left}px;top:540px;width:330px;height:176px'>{words}</div>")?;
    }
    button(&mut page, [72, 800, 700, 120], "main", "farewell", "已见到顾问")?;
    button(&mut page, [860, 800, 450, 120], "", "farewell", "我要离开")?;
    foot(&mut page, "welcome")?;
    page.push_str("</section><section id=farewell><h1 style='left:780px;top:280px'>感谢光临</h1>");
    page.push_str("<p class=soft style='left:780px;top:400px'>期待再次见到您</p>");
    foot(&mut page, "welcome")?;
    page.push_str("</section><script>for(const b of document.querySelectorAll('button'))b.onclick=()=>document.body.className=b.dataset.to</script>");
    Ok(page)
}

fn button(page: &mut String, [left, top, width, height]: [i32; 4], class: &str, to: &str, words: &str) -> Result<()> {
    let place = format!("left:{left}px;top:{top}px;width:{width}px;height:{height}px");
    Ok(write!(page, "<button class='{class}' data-to={to} style='{place}'>{words}</button>")?)
}

fn foot(page: &mut String, back: &str) -> Result<()> {
    button(page, [72, 936, 330, 96], "", "visit", "请人帮忙")?;
    button(page, [1270, 936, 190, 96], "", back, "返回")
}
