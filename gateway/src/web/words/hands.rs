//! What colleagues read about each other and about a party.

use super::words;

words! { Hands
    // Ask a colleague
    hand_over: "转交", "Hand over";
    hand_over_who: "转交给哪位同事？", "Hand over to whom?";
    handing_to: "正在考虑接手", "asked to take over";
    call_second: "请人协助", "Second person";
    second_who: "请谁来一起接待？", "Who should come along?";
    second_anybody: "按轮次的下一位", "Whoever is next";
    second_asked: "正在请来协助", "asked to come along";
    with_seconds: "一起接待", "Along with";
    beside: "协助接待", "Coming along with";
    recall: "不用了，撤回", "Ask no longer";
    recalled: "已撤回", "Asked no longer";
    step_back: "我先离开", "Step back";
    stepped_back: "您已退出这次接待", "You have stepped back";
    task_taken_over: "已接手您的客人", "has taken your visitor over";
    task_second_comes: "正过来协助您", "is coming along";
    task_declined: "来不了，客人仍由您接待", "cannot come: the visitor stays with you";

    // Their alert
    title_handed_over: "同事请您接手", "A colleague hands a visitor over";
    title_second_person: "同事请您协助", "A colleague asks you along";
    accept_handed_over: "我来接手", "Take over";
    accept_second_person: "我过去", "I am coming";
    pass_to_colleague: "现在不行", "Not now";
    over_recalled: "同事不需要帮忙了", "Your colleague needs no help any more";

    // Ice-breakers, the car, the note
    invite_to: "可以请客人看", "Invite to see";
    not_on_display: "展厅没有展车", "not on display";
    note: "备注", "Note";
    note_hint: "接待这位客人的同事、前台和经理看得到，接待结束两分钟后销毁。", "Seen by whoever serves this visitor, reception and the manager; destroyed two minutes after the visit.";
    note_save: "保存", "Save";
    note_saved: "备注已保存", "Note saved";

    // Whom a visit is about
    more: "更多", "More";
    join: "合并同行", "Join a party";
    join_with: "和哪位客人是同行？", "Which visit is the same party?";
    join_none: "没有别的客人可以合并。", "There is no other visit.";
    joined_done: "已合并", "Joined";
    split: "拆分", "Split the party";
    split_how_many: "几位另行接待？", "How many go on their own?";
    split_done: "已为他们呼叫顾问", "A consultant is being called for them";
    correct: "更正", "Set right";
    correct_what: "更正哪一项？", "Set what right?";
    correct_purpose: "来意", "Purpose";
    correct_language: "语言", "Language";
    correct_party: "人数", "How many";
    corrected: "已更正", "Set right";
    outcome_joined: "同行合并", "Joined another visit";

    // The rotation
    rotation_next: "下一位客人轮到您", "You are next";
    queue_place: "排第 {n}", "number {n} in the queue";
    rotation_place: "轮次中您排第", "Your place in the rotation:";

    // Problems
    problem_not_served: "还没有人接待这位客人。", "Nobody serves this visit yet.";
    problem_nobody_free: "现在没有别的同事空闲。", "Nobody else is free.";
    problem_no_party: "这样不能合并或拆分。", "This cannot be joined or split.";
}
