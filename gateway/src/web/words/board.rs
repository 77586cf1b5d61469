//! Words of the wall display, for staff and for visitors.

use super::words;

words! { Wall
    board: "展厅看板", "The board";
    board_public: "访客屏", "Visitors' screen";
    board_now: "现在", "Now";
    board_today: "今天", "Today";
    board_free: "空闲", "Free";
    board_free_public: "顾问空闲", "Consultants free";
    board_busy: "接待中", "With visitors";
    board_waiting: "等候", "Waiting";
    board_people: "顾问", "Consultants";
    board_waits: "谁在等候", "Who waits";
    board_nobody_waits: "现在没有人等候", "Nobody is waiting";
    board_nobody_waits_hint: "客人在迎宾屏上轻触，或前台按“来客”，就会出现在这里。", "They appear here when a visitor taps the kiosk or reception enters a walk-in.";
    board_nobody_works: "还没有顾问在岗", "No consultant is on shift yet";
    board_nobody_works_hint: "顾问在自己的手机上把状态改为“空闲”，就会出现在这里。", "Consultants appear here once they set themselves to free on their phones.";
    board_busy_with: "接待中", "With a visitor";
    board_coming: "正在过去", "On the way";
    board_more_visits: "另有 {n} 位客人", "{n} more with them";
    board_more_waits: "另有 {n} 位在等", "{n} more waiting";
    board_more_people: "另有 {n} 位同事在岗", "{n} more colleagues on shift";
    board_calling_many: "正在呼叫 {n} 位同事", "Calling {n} colleagues";
    board_missed: "断网时登记 {n} 位，可能还在店里，请前台去看看", "{n} checked in while offline and may still stand there: reception, please look";
    board_over: "超过 {n} 秒", "over {n} s";
    board_over_people: "{n} 位超过 {s} 秒", "{n} over {s} s";
    board_seconds: "{n} 秒", "{n} s";
    board_minutes_seconds: "{m} 分 {n} 秒", "{m} min {n} s";
    board_under_a_minute: "不到 1 分钟", "under 1 min";
    board_minutes: "{n} 分钟", "{n} min";
    board_hours: "{h} 小时 {n} 分", "{h} h {n} min";
    board_ago: "{span}前", "{span} ago";
    board_updated: "最后更新", "Last updated";
    board_opening: "正在连接", "Connecting";
    board_lost: "连接断开，正在重连", "Connection lost, reconnecting";
    board_out: "登录已过期", "This screen is signed out";
    board_out_hint: "请在这台屏幕上重新登录，看板会接着显示。画面上的内容已经不是最新的。", "Sign in again on this screen and the board goes on. What stands on it is not up to date.";
    board_out_public: "请工作人员重新登录这台屏幕", "Staff: please sign this screen in again";
    board_sign_in: "重新登录", "Sign in again";
    board_sound: "轻触屏幕或按任意键，超时的等候会响一声轻提示", "Touch the screen or press a key once: a wait that is too long then chimes softly";
    board_script: "看板需要 JavaScript，请在浏览器设置中打开。", "The board needs JavaScript. Please switch it on in the browser's settings.";
    board_say_welcome: "欢迎光临，请在迎宾屏上轻触您的来意", "Welcome. Please tap the screen at the entrance";
    board_say_busy: "现在没有空闲的顾问，前台很乐意帮您", "No consultant is free right now. Reception is glad to help";
    board_say_moment: "请稍候，正在为您请顾问", "One moment please, a consultant is being called";
    board_say_seat: "请稍候，现在没有空闲的顾问，请先就座", "One moment please. No consultant is free right now, do take a seat";
    board_say_stale: "暂时没有最新情况，请询问前台", "This is not up to date. Please ask at reception";
}
