//! Words of the button that lets a phone be rung while its page is closed.

use super::words;

words! { Bell
    push_on: "页面关闭时也提醒", "Ring this phone when the page is closed";
    push_off: "页面关闭时不再提醒", "Stop ringing when the page is closed";
    push_is_on: "页面关闭时，新呼叫会以通知的形式出现在这台手机上。", "While the page is closed, alerts come to this phone as notifications.";
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
