//! What visitors read on their own phones.

use super::words;

words! { Visitor
    welcome_title: "欢迎光临", "Welcome to";
    welcome_lead: "告诉我们您感兴趣的，顾问会准备好。全部选填。", "Tell us what interests you, and your consultant will be prepared. Everything is optional.";
    welcome_lead_printed: "告诉我们您感兴趣的，我们会准备好。全部选填。", "Tell us what interests you, and we will be prepared. Everything is optional.";
    left_title: "感谢光临", "Thank you for visiting";
    left_lead: "还想了解什么，告诉我们，我们会准备好。全部选填。", "Tell us what else you would like to know, and we will be prepared. Everything is optional.";
    looked_at: "您看过的车", "What you looked at";
    on_show: "展车位置：", "On show:";
    ask_models: "想看哪些车？", "Which models?";
    ask_when: "打算什么时候买？", "When do you mean to buy?";
    ask_budget: "预算", "Budget";
    when_month: "一个月内", "Within a month";
    when_quarter: "三个月内", "Within three months";
    when_half_year: "半年内", "Within half a year";
    when_undecided: "还没想好", "Not decided";
    budget_under15: "15 万以下", "Under ¥150,000";
    budget_to25: "15–25 万", "¥150,000–250,000";
    budget_to40: "25–40 万", "¥250,000–400,000";
    budget_over40: "40 万以上", "Over ¥400,000";
    not_said: "不说", "Rather not say";
    ask_who: "怎么称呼您？", "How may we address you?";
    ask_name: "姓名", "Name";
    title_mr: "先生", "Mr";
    title_ms: "女士", "Ms";
    ask_phone: "手机号码", "Telephone";
    phone_hint: "不同意联系的话，号码只用于这次到店，离店后销毁。", "Without your consent to be contacted, the number serves this visit only and is destroyed afterwards.";
    phone_hint_printed: "只有同意联系，我们才保存号码。", "We keep the number only with your consent to be contacted.";
    ask_consent: "您的同意", "Your consent";
    consent_contact: "同意就我的问题联系我", "You may contact me about this";
    consent_marketing: "同意接收活动和优惠信息", "You may send me offers and events";
    consent_sharing: "同意与厂商或集团共享", "You may share this with the maker or the group";
    consent_licence: "同意保存驾驶证信息", "You may keep my driving licence's data";
    consent_read: "查看全文", "Read the full text";
    send: "提交", "Send";
    check_form: "有一处需要改一下：", "Please look at one thing:";
    bad_phone: "这个号码好像不对，请检查一下。", "This number does not look right. Please check it.";
    bad_name: "姓名最多 40 个字。", "A name has at most 40 characters.";
    thanks: "谢谢您！", "Thank you!";
    thanks_kiosk: "已经收到，并已通知店里的同事。请在展厅稍等，会有人来接待您。", "We have it, and our staff have been told. Please stay in the showroom; somebody will come to you.";
    thanks_printed_contact: "已经收到。顾问会按您留下的电话联系您。", "We have it. A consultant will call the number you left.";
    thanks_printed: "已经收到。您没有留下联系方式，我们不会联系您；到店时告诉任何一位顾问就好。", "We have it. You left no way to reach you, so nobody will call; just tell any consultant when you come.";
    thanks_phone_dropped: "您没有勾选同意联系，所以离店后我们不会保存您的姓名和号码。", "You did not agree to be contacted, so your name and number are not kept after this visit.";
    thanks_withdraw: "想撤回同意，告诉任何一位员工即可。", "To take your consent back, tell any member of staff.";
    already: "我们已经收到您先前提交的内容", "We already have what you sent";
    already_hint: "这一页只能提交一次。要补充，请直接告诉顾问，或重新扫一次屏幕上的二维码。", "This page can be sent once. To add something, tell your consultant or scan the code on the screen again.";
    code_expired: "这个二维码已经过期", "This code has expired";
    code_expired_hint: "请再扫一次屏幕上现在的二维码。", "Please scan the code that is on the screen now.";
    code_spent: "这个二维码已经用过了", "This code has been used";
    code_forged: "这不是我们的二维码", "This is not one of our codes";
    code_forged_hint: "请扫迎宾屏上的二维码，或找任何一位员工帮忙。", "Please scan the code on the kiosk, or ask any member of staff.";
    try_again: "暂时没能送出", "It could not be sent just now";
    try_again_hint: "您填的内容还在。请过一会儿再按一次“提交”，或直接告诉任何一位员工。", "What you wrote is still here. Please press Send again in a moment, or tell any member of staff.";
    privacy_note_left: "不填也没关系，随时欢迎您再来。", "Leaving it empty is fine: you are welcome any time.";
    privacy_note: "不填也没关系，一样会有人接待您。", "Leaving it empty is fine: you will be received all the same.";
}
