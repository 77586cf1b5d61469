//! Words of how promising a lead is, and why.

use super::words;

words! { Scoring
    col_intent: "意向", "Intent";
    intent_high: "高意向", "High intent";
    intent_medium: "中意向", "Medium intent";
    intent_low: "低意向", "Low intent";
    score_parts: "得分：{parts}", "Score: {parts}";
    score_visits: "到店 {n} 次", "visits ×{n}";
    score_talk: "洽谈 {n} 分钟", "talk {n} min";
    score_model: "同一款车看了 {n} 次", "same model ×{n}";
    score_test_drives: "试驾 {n} 次", "test drives ×{n}";
    score_when: "购车时间", "when to buy";
    score_budget: "预算", "budget";
    score_none: "暂无得分项", "nothing that counts yet";
}
