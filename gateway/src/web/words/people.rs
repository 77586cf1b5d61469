//! Words of the list of people, and of letting a phone in.

use super::words;

words! { Crew
    people_title: "人员", "People";
    people_hint: "给新同事建一个账号，再让对方用手机扫登录码：设好密码就能用，不用电脑。", "Add an account for a new colleague, then let their phone scan its code: they set a password and are in.";
    people_none: "还没有其他同事。", "Nobody else is here yet.";
    people_add: "添加同事", "Add somebody";
    people_change: "修改", "Change";
    people_code: "手机登录码", "Code for a phone";
    people_sign_out: "退出所有设备", "Sign out everywhere";
    people_sign_out_title: "让对方在所有设备上退出？", "Sign them out everywhere?";
    people_sign_out_what: "手机丢了或换了人时使用。对方要用密码或新的登录码再登录，在那之前收不到提醒；密码不变。", "For a phone that is lost or in other hands. They sign in again by their password or a new code, and get no alerts until then; the password stays.";
    people_signed_out: "已退出所有设备", "Signed out everywhere";
    people_remove: "删除", "Remove";
    people_remove_title: "删除这个账号？", "Remove this account?";
    people_remove_what: "对方会立刻退出，正在接待的客人交给同来的同事，没有就交给前台。到店记录会保留。", "They are signed out at once. Whoever they serve goes to the colleague beside them, or to reception. Records stay.";
    people_remove_yes: "删除账号", "Remove the account";
    people_account: "登录名（小写字母、数字）", "Account (small letters, digits)";
    people_name: "胸牌上的名字", "Name on the badge";
    people_latin: "英文或拼音（给不读中文的客人）", "In Latin letters (for visitors who read no Chinese)";
    people_role: "岗位", "Role";
    people_languages: "会说的语言", "Languages";
    people_zh: "中文", "Chinese";
    people_en: "英文", "English";
    people_senior: "资深：高意向客人先找", "Senior: asked first for promising customers";
    people_senior_mark: "资深", "Senior";
    people_not_ready: "还没有登录过", "Has not been let in yet";
    people_own: "您自己", "You";
    people_save: "保存", "Save";
    people_bad: "名字要填，最多 40 个字；至少选一种语言。", "A name is needed, at most 40 characters, and one language at least.";
    code_title: "请对方用手机扫一扫", "Let them scan this with their phone";
    code_hint: "十分钟内有效，只能用一次。扫码后设密码，手机就登录了；以前的密码和登录随之失效。", "Good for ten minutes, and once. They set a password and are signed in; an older password and its sessions end with it.";
    code_local: "这个网址只有这台电脑打得开。要让手机能用，请在配置里设 web.tls 和 web.listen，再用店里的网址打开本页。", "Only this machine can open this address. For phones, set web.tls and web.listen in the configuration, and open this page by the showroom's address.";
    code_copy: "复制链接", "Copy the link";
    code_copied: "已复制", "Copied";
    code_close: "完成", "Done";
    enrol_title: "设置密码", "Set a password";
    enrol_hello: "您好", "Hello";
    enrol_hint: "设好密码，这部手机就登录了。下次登录用：", "Set a password, and this phone is signed in. Next time sign in as:";
    enrol_password: "新密码（至少 {n} 位）", "New password (at least {n} characters)";
    enrol_again: "再输一次", "Once more";
    enrol_go: "设好并登录", "Set it and sign in";
    enrol_differ: "两次输入的不一样，请再输一次。", "The two are not the same: type them again.";
    enrol_short: "密码太短或太长：至少 8 位，最多 256 个字节。", "That is too short or too long: 8 characters at least, 256 bytes at most.";
    enrol_over: "登录码已失效", "This code is good no more";
    enrol_over_hint: "它用过了，或者超过了十分钟。请经理再出示一个。", "It was used, or is older than ten minutes. Ask the manager for another.";
    problem_own_account: "不能删除自己的账号或改自己的岗位，请另一位经理来做。", "Nobody removes their own account or changes their own role: ask another manager.";
    problem_name_taken: "这个登录名已有人用，请换一个。要改同事的资料，请点对方那一行的“修改”。", "Somebody has this account already: choose another. To change a colleague, press Change in their line.";
    problem_bad_name: "登录名用 1 到 32 个小写字母、数字、短横或下划线，以字母或数字开头。", "An account is 1 to 32 small letters, digits, hyphens or underscores, and begins with a letter or digit.";
}
