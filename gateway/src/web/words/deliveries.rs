//! Words of the page that says whom an alert would reach, and what became of the last ones.

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
}
