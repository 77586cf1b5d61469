//! What more than one page says, and what staff read.

use super::words;

words! { General
    // Everywhere
    product: "迎宾", "Yingbin";
    other_language: "English", "中文";
    sign_in: "登录", "Sign in";
    sign_out: "退出登录", "Sign out";
    account: "账号", "Account";
    password: "密码", "Password";
    sign_in_hint: "用店里给您的账号登录。忘记密码请找管理员重设。", "Use the account the showroom gave you. Forgotten the password? Ask the admin for a new one.";
    wrong_password: "账号或密码不对，请再试一次。", "Account or password is wrong. Please try again.";
    too_many_tries: "试的次数太多了，请等一分钟再试。", "Too many tries. Please wait a minute and try again.";
    not_found: "这里没有内容", "There is nothing here";
    not_found_hint: "请检查网址，或回到首页。", "Please check the address, or go back to the start.";
    refused: "您的账号不能打开这一页", "Your account may not open this page";
    refused_hint: "请用有权限的账号登录，或回到您的页面。", "Sign in with an account that may, or go back to your own page.";
    back: "返回", "Back";
    cancel: "取消", "Cancel";
    undo: "撤销", "Undo";
    close: "关闭", "Close";
    needs_script: "这一页需要 JavaScript 才能响铃。请在浏览器设置中打开。", "This page needs JavaScript to ring. Please switch it on in the browser's settings.";
    people: "位", "people";
    seconds: "秒", "s";
    none: "无", "none";

    // Roles
    role_consultant: "销售顾问", "Sales consultant";
    role_reception: "前台", "Reception";
    role_advisor: "服务顾问", "Service advisor";
    role_care: "客服", "Customer care";
    role_manager: "经理", "Manager";
    role_admin: "管理员", "Admin";

    // Purposes
    purpose_browse: "看看车", "First look";
    purpose_model: "看某款车", "A certain model";
    purpose_test_drive: "试驾", "Test drive";
    purpose_appointment: "已预约", "Appointment";
    purpose_collect: "提车", "Collecting a car";
    purpose_service: "售后服务", "Service";
    purpose_complaint: "投诉", "Complaint";
    purpose_quiet: "随便看看", "Just looking";
    purpose_help: "请人帮忙", "Asked for help";
    purpose_other: "其他", "Other";

    // Presence
    presence: "我的状态", "My presence";
    presence_off: "下班", "Off";
    presence_free: "空闲", "Free";
    presence_with_customer: "接待中", "With customer";
    presence_appointment: "预约中", "Appointment";
    presence_delivery: "交车中", "Delivery";
    presence_break: "休息", "Break";
    presence_set: "状态已改为", "Presence:";

    // Stages
    stage_calling: "正在呼叫", "Calling";
    stage_coming: "顾问正在过去", "On the way";
    stage_greeted: "接待中", "Greeted";
    stage_queued: "排队中", "Queued";
    stage_reception: "前台已接待", "With reception";
    stage_ended: "已结束", "Ended";

    // Outcomes
    outcome: "结果如何？", "How did it end?";
    outcome_interested: "有意向", "Interested";
    outcome_test_drove: "已试驾", "Test drive done";
    outcome_quoted: "已报价", "Quoted";
    outcome_ordered: "已下订", "Ordered";
    outcome_served: "已服务", "Served";
    outcome_not_interested: "暂无意向", "Not interested";
    outcome_left: "已离店", "Left";
    outcome_cancelled: "已取消", "Cancelled";
    outcome_closed_by_system: "系统关闭", "Closed by the system";

    // Why me
    why_me: "为什么是我", "Why me";
    why_own_customer: "您的老客户", "Your own customer";
    why_asked_for: "客人点名找您", "The visitor asked for you";
    why_appointment: "与您有约", "Has an appointment with you";
    why_language: "您会说客人的语言", "You speak the visitor's language";
    why_senior: "高意向客户，由资深顾问接待", "A promising lead goes to a senior";
    why_live: "您的手机在线", "Your phone is online";
    why_longest_free: "您空闲最久", "You have been free the longest";
    why_passed: "上一位转给了您", "A colleague passed it on";
    why_not_accepted: "上一位没有接", "A colleague did not accept";
    why_everyone: "还没有人接，所有人都被呼叫", "Nobody has accepted: everyone is asked";
    why_queue: "客人在排队，您刚空下来", "The visitor waited and you became free";
    why_assigned: "前台或经理指定了您", "Reception or the manager chose you";
    why_nobody_free: "没有空闲顾问，请先接待入座", "No consultant is free: please receive and seat";
    why_reception: "找前台的客人", "A visitor for reception";
    why_not_greeted: "已接单，还没有见面", "Accepted and not greeted yet";
    why_handed_over: "同事想把这位客人转交给您", "A colleague hands this visitor over to you";
    why_second_person: "同事请您一起接待", "A colleague asks you to come along";

    // Alert
    visitor_here: "有客人到店", "A visitor is here";
    own_customer: "老客户", "Own customer";
    last_visit: "上次到店", "Last here";
    words_to_greet: "问候语", "Words to greet with";
    accept: "我来接待", "Accept";
    pass: "转给同事", "Pass";
    pass_why: "为什么转给同事？", "Why pass it on?";
    pass_busy: "正忙", "Busy after all";
    pass_away: "不在展厅", "Not in the showroom";
    pass_colleague: "同事更合适", "A colleague fits better";
    pass_other: "其他原因", "Another reason";
    keep_distance: "客人想自己看：点头微笑，保持距离。", "Wants space: a nod and a smile, keep your distance.";
    over_taken: "同事已接待", "A colleague is coming";
    over_ended: "客人已离开", "The visit is over";
    over_released: "已改由其他人接待", "Somebody else is asked now";
    more_alerts: "另有客人等待", "more waiting";
    language_zh: "中文", "Chinese";
    language_en: "英语", "English";

    // Consultant's page
    now_free: "您现在空闲", "You are free";
    now_free_hint: "有客人时，这部手机会响铃、震动并亮屏。请把页面留在前台。", "When a visitor comes, this phone rings, vibrates and lights up. Keep this page open.";
    now_away: "您现在不会被呼叫", "You will not be called";
    now_away_hint: "把状态改为“空闲”，就会轮到您。", "Set yourself to free to be in the rotation.";
    now_coming: "请过去迎接客人", "Please go and greet";
    now_serving: "正在接待", "With you now";
    greeted: "已见到客人", "Greeted";
    greet_now: "客人还没有见到您，请快过去。", "The visitor has not met you yet: please hurry.";
    end_visit: "结束接待", "End visit";
    ended: "接待已结束", "Visit ended";
    greeted_done: "已记录见面", "Greeting recorded";
    still_with: "还在接待这位客人吗？", "Still with this visitor?";
    own_customer_here: "您的老客户到店了。", "Your own customer is here.";
    turns_today: "今天", "Today";
    turns_taken: "接待", "taken";
    turns_passed: "转出", "passed";
    turns_missed: "错过", "missed";
    turns_forced: "被指定", "forced";
    waiting_now: "位客人在等", "waiting";
    light_green: "会响铃", "You would be rung";
    light_amber: "轻触打开声音", "Tap to switch sound on";
    light_red: "连接断开，正在重连", "Connection lost, reconnecting";
    light_off: "不会被呼叫", "Not in the rotation";
    light_green_hint: "轮到您时，这部手机会响铃、震动并亮屏。", "When it is your turn, this phone rings, vibrates and lights up.";
    light_amber_hint: "呼叫能收到，但浏览器还没有打开声音：试响一次就会打开。", "Alerts arrive, but the browser keeps the sound off: ring once to switch it on.";
    light_red_hint: "与网关的连接断开了，现在不会响。页面会自动重连；请检查 Wi-Fi。", "The connection is lost and nothing rings. The page reconnects by itself; check the Wi-Fi.";
    light_off_hint: "您现在不是“空闲”，不会轮到您。手机能不能响，可以先试一次。", "You are not free, so it is nobody's turn to call you. You can still try whether this phone rings.";
    trial_ring: "试响一次", "Ring once";
    trial_came: "收到了。没有听到声音？请调高音量，关掉静音。", "It came. No sound? Turn the volume up and mute off.";
    trial_lost: "没有收到。请检查 Wi-Fi，或重新打开这个页面。", "It did not come. Check the Wi-Fi, or open this page anew.";

    // Reception
    offline_title: "连不上网关", "No connection to the gateway";
    offline_rings: "现在呼叫不到您，客人会由同事和前台接待。", "You cannot be rung now; colleagues and reception meet the visitors.";
    offline_hint: "请看看手机是不是连着店里的 Wi-Fi。连上以后，这一页会自己恢复。", "Check that the phone is on the showroom's Wi-Fi. This page comes back by itself.";
    offline_again: "再试一次", "Try again";
    walk_in: "来客", "Walk-in";
    walk_in_choose: "选来意", "Choose why";
    walk_in_why: "客人来做什么？", "What brings the visitor?";
    walk_in_party: "几位客人？", "How many came?";
    walk_in_done: "已呼叫顾问", "A consultant is being called";
    queue: "等待中的客人", "Visitors waiting";
    queue_empty: "现在没有客人在等。", "Nobody is waiting.";
    queue_empty_hint: "有人进门没有扫码时，按下面的“来客”。", "When somebody comes in without the kiosk, press Walk-in below.";
    on_floor: "正在接待", "Being served";
    on_floor_empty: "还没有正在接待的客人。", "No visit is going on.";
    received: "已接待入座", "Received and seated";
    received_done: "已记录接待入座", "Recorded as received";
    receive_now: "请先接待这位客人", "Please receive this visitor";
    receive_late: "断网时有客人登记，可能还在店里，请去看看", "A visitor checked in while offline and may still stand there";
    walk_in_undone: "已撤销，不再呼叫", "Taken back; nobody is called";
    walk_in_language: "客人说什么语言？", "Which language?";
    saw_greeted: "看到已见面", "Saw them greeted";
    assign: "指定顾问", "Assign";
    assign_who: "请谁来接待？", "Who should come?";
    assigned: "已呼叫", "Called";
    missed_offline: "离线时错过", "Missed while offline";
    asking: "正在呼叫", "Asking";
    team: "同事", "Team";
    unreachable: "手机不在线", "phone not reachable";

    // Manager
    manage: "今日展厅", "The showroom today";
    manage_lead: "到店", "visits";
    accepted_10: "{n} 秒内接单", "accepted in {n} s";
    greeted_10: "{n} 秒内见面", "greeted in {n} s";
    confirmed: "已确认见面", "greetings confirmed";
    breaches: "超过 {n} 秒", "over {n} s";
    of_all: "共", "of";
    waits_now: "现在谁在等", "Who waits now";
    nobody_waits: "没有客人在等。", "Nobody is waiting.";
    visits_today: "今日到店", "Today's visits";
    visits_empty: "今天还没有客人到店。", "No visits yet today.";
    visits_empty_hint: "客人在迎宾屏上轻触，或前台按“来客”，就会出现在这里。", "They appear here when a visitor taps the kiosk or reception enters a walk-in.";
    col_arrived: "到店", "Arrived";
    col_purpose: "来意", "Purpose";
    col_party: "人数", "Party";
    col_consultant: "顾问", "Consultant";
    col_phone: "到手机", "On a phone";
    col_shown: "已显示", "Shown";
    col_accepted: "接单", "Accepted";
    col_greeted: "见面", "Greeted";
    col_outcome: "结果", "Outcome";
    source_visitor: "客人确认", "visitor says so";
    source_consultant: "顾问记录", "consultant";
    source_reception: "前台看到", "reception saw it";
    source_inferred: "推断", "inferred";
    late_mark: "离线补录", "came in late";
    breach_not_accepted: "无人接单", "nobody accepted";
    breach_nobody_free: "无人空闲", "nobody was free";
    leads_today: "今日意向", "Interests registered today";
    leads_empty: "今天还没有人留下意向。", "No interests yet today.";
    leads_empty_hint: "客人扫屏幕上的二维码就能填写。", "Visitors fill them in after scanning the code on the kiosk.";
    col_time: "时间", "Time";
    col_name: "称呼", "Name";
    col_contact: "电话", "Telephone";
    col_models: "车型", "Models";
    col_when: "购车时间", "When";
    col_budget: "预算", "Budget";
    col_channel: "来源", "Source";
    channel_kiosk_qr: "迎宾屏二维码", "Kiosk code";
    channel_printed_qr: "印刷二维码", "Printed code";
    channel_api: "接口", "API";
    erased: "已删除", "erased";
    devices: "设备", "Devices";
    devices_empty: "还没有登记设备。", "No devices yet.";
    devices_empty_hint: "打开迎宾屏，在“迎宾屏”页面填写它显示的代码。", "Switch a kiosk on and type its code on the page Kiosks.";
    kiosks: "迎宾屏", "Kiosks";
    clock_doubted: "网关有一个多月没有任何记录，也可能是时钟跳快了。今天真的是 {today} 吗？如果不是，请把这台电脑的时钟调回来；到 {until} 之前，到期的联系方式先不删除。", "Nothing was on record for more than a month, or the clock has leapt ahead. Is today really {today}? If not, set this machine's clock back; contacts whose time is over are not erased before {until}.";
    reach_no_door: "迎宾屏没有二维码：客人的手机打不开任何网址。请在配置里设 web.public_url（手机信任的 HTTPS 网址），或设 web.visitor_listen（店里的访客 Wi-Fi）。", "Kiosks show no QR code: there is no address that visitors' phones can open. Set web.public_url in the configuration (HTTPS that phones trust), or web.visitor_listen (the showroom's guest Wi-Fi).";
    reach_no_address: "迎宾屏没有二维码：这台电脑没有接入店里的网络。请接上网络后重启网关，或在配置里设 web.lan_address 或 web.public_url。", "Kiosks show no QR code: this machine has no address on the showroom's network. Connect it and restart the gateway, or set web.lan_address or web.public_url in the configuration.";
    reach_silent: "二维码里的网址 {url} 从这台电脑打不开。请检查 web.public_url、域名和网络；如果手机用移动数据能打开，就不用管。", "The link in the QR codes, {url}, does not answer from this machine. Check web.public_url, the domain and the network; if it opens on a phone's mobile data, all is well.";
    reach_foreign: "二维码里的网址 {url} 有别的程序在回应，不是这台网关。请检查 web.public_url 和转发设置。", "Something else answers at the link in the QR codes, {url}: it is not this gateway. Check web.public_url and what forwards it.";
    kiosks_there: "已接入的迎宾屏", "Kiosks in this showroom";
    kiosks_empty: "还没有接入迎宾屏。", "No kiosk yet.";
    kiosks_empty_hint: "打开迎宾屏，在下面填写它显示的六位代码。", "Switch a kiosk on and type the six digits on its screen below.";
    in_maintenance: "维护中", "under maintenance";
    maintenance_begin: "暂停使用", "Pause for maintenance";
    maintenance_end: "恢复使用", "Back to work";
    maintenance_hint: "暂停后屏幕请访客直接到前台，已签到的访客照常接待。", "A paused screen sends visitors to the reception; whoever checked in before is served as usual.";
    outbox_grave: "，已超过一半，请检查网络", ": more than half full, please check the network";
    no_storage: "无法存储，请访客到前台", "cannot store anything; visitors are sent to reception";
    clock_off: "时钟偏差", "clock off by";
    gaps: "条编号缺失或重复", "numbers missing or doubled";
    gaps_hint: "网关启动以来：这台设备的记录编号不连续。可能有登记丢失，或两台设备用了同一个账号。", "Since the gateway started: this device's events are not numbered without gaps. Events may be lost, or two devices use one account.";
    claim_title: "接入新的迎宾屏", "Let a new kiosk in";
    claim_hint: "新屏第一次启动会显示六位代码，十分钟内有效。请确认屏幕就在您店里。", "A new kiosk shows six digits at its first start, good for ten minutes. Make sure that it stands in your showroom.";
    claim_code: "屏幕上的代码", "Code on the screen";
    claim_name: "给它起个名字（字母、数字）", "Its name (letters, digits)";
    claim_button: "接入", "Let it in";
    claim_replace: "替换同名的旧屏（旧屏将无法再连接）", "Take the place of the old one, which can connect no more";
    claim_done: "已接入，几秒后上线。", "is let in and will be online in a few seconds.";
    claim_unknown: "没有迎宾屏显示这个代码，请核对；代码十分钟后更换。", "No kiosk shows this code. Check it; codes change after ten minutes.";
    claim_taken: "已有同名的迎宾屏。请换个名字，或勾选替换。", "There is a kiosk of this name. Choose another, or tick to replace it.";
    claim_bad_name: "名字只能用小写字母、数字和连字符，例如 entrance。", "A name has lower-case letters, digits and hyphens, such as entrance.";
    online: "在线", "online";
    offline: "离线", "offline";
    outbox: "条待发", "waiting to be sent";
    kind_kiosk: "迎宾屏", "Kiosk";
    kind_door: "门口计数", "Door counter";
    kind_pager: "呼叫器", "Pager";
    export: "导出到店记录", "Export visits";
    export_from: "从", "From";
    export_to: "到", "To";
    export_csv: "下载 CSV（Excel）", "Download CSV (for Excel)";
    export_jsonl: "下载 JSON Lines", "Download JSON Lines";
    export_hint: "按门店时区的日期，首尾两天都包含。", "Days in the showroom's time zone, both included.";
    by_hour: "按小时", "By the hour";
    show_figures: "看数字", "Show the figures";
    col_hour: "时段", "Hour";
    col_visits: "到店", "Visits";
    live: "实时", "Live";
    stale: "连接断开，下面的内容不是最新的", "Connection lost: what follows is not up to date";
    floor_page: "展厅现场", "The floor";
    manage_page: "今日报表", "Today's figures";
    showing_latest: "只列出最近的", "Only the latest are listed:";
    task_waiting: "位客人等得太久，还没有人接", "waiting too long, and nobody comes";
    task_not_greeted: "已接单 40 秒，还没有见面", "Accepted 40 s ago and not greeted";

    // Problems a page may meet
    problem: "没有成功，请再试一次。", "That did not work. Please try again.";
    problem_offline: "没有网络，请检查 Wi-Fi。", "No connection. Please check the Wi-Fi.";
    problem_alert_over: "已经有人接待了。", "Somebody is already coming.";
    problem_visit_over: "这次接待已经结束。", "This visit is already over.";
    problem_not_yours: "这位客人由同事接待。", "This visit is a colleague's.";
    problem_nothing_to_undo: "时间过了，不能撤销了。", "The time for undo is over.";
    problem_busy: "系统正忙，请过一秒再试。", "The system is busy. Try again in a second.";
    problem_ended: "系统已停止，请马上通知管理员，并到门口迎接客人。", "The system has stopped. Tell the admin at once, and meet visitors at the door.";
    problem_not_signed_in: "登录已过期，请重新登录。", "Your session is over. Please sign in again.";
}
