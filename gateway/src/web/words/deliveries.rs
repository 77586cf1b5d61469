//! Words of the page that says whom an alert would reach, and what became of the last ones; and of the button that lets a phone be rung
//! while its page is closed.

use super::words;

words! { Reached
    alerts: "呼叫送达", "Alerts";
    alerts_now: "现在叫得到谁", "Whom an alert would reach now";
    alerts_none: "还没有接待客人的员工账号。", "Nobody who serves visitors has an account yet.";
    alerts_last: "最近的呼叫", "The latest alerts";
    alerts_last_none: "网关启动以来还没有呼叫过。", "No alert since the gateway was started.";
    alerts_last_hint: "每次呼叫在每个渠道上走到哪一步：已送出、已在屏幕上显示，或者没送到和原因。重启后从头记。", "How far each alert came on each channel: handed over, shown on a screen, or failed and why. Counted anew after a restart.";
    col_person_called: "叫了谁", "Whom";
    col_way: "渠道", "By";
    col_fate: "结果", "What became of it";
    can_called: "会被叫到", "Would be rung";
    can_ringing: "正在响铃，等待接单", "Is being rung now";
    can_off_shift: "不当班", "Off shift";
    can_dark: "手机不在线", "Phone not reachable";
    way_stream: "打开的页面", "Open page";
    way_pager: "呼叫器", "Pager";
    way_webhook: "Webhook 接口", "Webhook";
    way_wecom: "企业微信", "WeCom";
    way_push: "浏览器推送", "Web push";
    fate_handed: "已送出", "Handed over";
    fate_shown: "已显示", "Shown";
    fate_failed: "没送到", "Failed";
    why_failed_timed_out: "没有在时限内回应", "no answer in time";
    why_failed_unreachable: "连接不上", "no connection";
    why_failed_answered: "对方拒绝", "the receiver said no";
    why_failed_gone: "对方不再接收", "the receiver wants no more";
    why_failed_breaker: "多次失败，暂停一会儿", "failed too often, left alone for a while";
    why_failed_full: "排队太多", "too many wait";
    why_failed_offline: "呼叫器没有连接", "the pager is not connected";
    why_failed_over: "送到之前已经有人接了", "over before it could be delivered";
    why_failed_unusable: "密钥不能用", "the key cannot be used";
    // On a consultant's own page
    push_on: "页面关闭时也提醒", "Ring this phone when the page is closed";
    push_off: "页面关闭时不再提醒", "Stop ringing when the page is closed";
    push_is_on: "页面关闭时，新呼叫会以通知的形式出现在这部手机上。", "While the page is closed, alerts come to this phone as notifications.";
    push_is_off: "目前只有打开这个页面时才会响铃。", "For now it rings only while this page is open.";
    push_came_on: "好了，页面关闭时也会提醒您", "Done: you are rung while the page is closed too";
    push_went_off: "好了，页面关闭时不再提醒", "Done: no more notifications on this phone";
    push_failed: "没有成功，请稍后再试。手机可能连不上浏览器的推送服务。", "It did not work; try again later. The phone may not reach its browser's push service.";
    push_denied: "浏览器不允许本站发通知。请在手机的浏览器设置里允许通知，然后重新打开这个页面。", "The browser forbids notifications here. Allow them in its settings, then open this page again.";
    push_plain: "通知只能用在 https:// 开头的地址上，请向经理要这样的地址。", "Notifications need an address that begins with https://; ask your manager for it.";
    push_wechat: "微信里收不到通知，请点右上角，选择在浏览器打开。", "WeChat shows no notifications: open this page in the phone's browser by the menu at the top right.";
    push_home_screen: "请先在分享菜单里选“添加到主屏幕”，再从主屏幕打开，就可以开启提醒。", "First choose “Add to Home Screen” in the share menu, and open it from there; then it can be switched on.";
    push_unable: "这个浏览器不支持通知，请换一个浏览器。", "This browser has no notifications; try another one.";
}
