//! Words of the plan of shifts.

use super::words;

words! { Rota
    shifts: "排班", "Shifts";
    week_from: "本周起始", "The week from";
    weeks: "选择星期", "Choose a week";
    earlier: "前一周", "Week before";
    later: "后一周", "Week after";
    this_week: "回到本周", "This week";
    col_person: "人员", "Person";
    every_week: "每周的班", "every week's hours";
    off: "休", "Off";
    unplanned: "没有排班：在岗状态说了算。点这里排班", "No plan: their own presence decides. Tap to plan";
    hint: "点名字排每周的班，点某一天只改那一天。不当班的人不会被叫到；班次结束时自动下班，正在接待的等接待结束。", "Tap a name for every week's hours, a day to change that day alone. Nobody is asked off shift; when a shift ends people are off by themselves, those with a visitor once they are done.";
    nobody: "还没有员工账号。", "There are no staff accounts yet.";
    nobody_hint: "在网关所在的机器上运行 gateway account add。", "Run gateway account add on the gateway's machine.";
    hours: "时间", "Hours";
    hours_hint: "例如 09:00-12:00 13:00-18:00，中间是休息；留空就是休息。", "Such as 09:00-12:00 13:00-18:00, with a break between; empty is a day off.";
    save_day: "只改这一天", "Save this day";
    day_off: "这一天休息", "Day off";
    as_week: "恢复每周的班", "As every week";
    week_hint: "从今天起每周都这样。留空的日子休息；节假日按下面的年度安排。", "Every week from today on. Empty days are off; holidays follow the year below.";
    save_week: "保存每周的班", "Save";
    fill: "工作日同周一", "Weekdays as Monday";
    no_plan: "取消排班", "No plan";
    year: "节假日和调休", "Holidays and make-up days";
    year_label: "一行一天", "One day a line";
    year_hint: "日期、安排、名称，例如 2026-10-01 休 国庆节（全员休息）或 2026-10-10 周三 国庆节调休（按周三的班）。文件里也可以写 off、mon 到 sun。保存会替换整年。", "Date, how it is worked, name: 2026-10-01 off National Day (nobody works) or 2026-10-10 Wed make-up day (worked like a Wednesday). Saving replaces the year.";
    year_save: "保存这一年", "Save the year";
    year_file: "读入文件", "Read a file";
    year_example: "10-01 休 国庆节", "10-01 off National Day";
    year_line: "第 {n} 行看不懂：写日期、安排和名称。", "Line {n} cannot be read: write a date, how it is worked, and a name.";
    year_bad: "每一天都要是这一年的，只写一次，名称不超过 20 个字。", "Every day is of this year and stands there once, with a name of at most 20 characters.";
    weekday_mon: "周一", "Mon";
    weekday_tue: "周二", "Tue";
    weekday_wed: "周三", "Wed";
    weekday_thu: "周四", "Thu";
    weekday_fri: "周五", "Fri";
    weekday_sat: "周六", "Sat";
    weekday_sun: "周日", "Sun";
    bad_hours: "时间写成 09:00-12:00 13:00-18:00：一天最多三段，先后不重叠。", "Write hours as 09:00-12:00 13:00-18:00: at most three spans a day, one after the other.";
    shift_come: "到岗签到", "I am here";
    shift_extra: "加班签到", "Come for an extra shift";
    shift_on_until: "当班至", "On shift until";
    shift_break_until: "班间休息至", "Break until";
    shift_off_until: "不当班，下一班", "Off shift, next";
    shift_off: "不当班", "Off shift";
    shift_came: "已签到", "You are checked in";
    now_off_shift: "现在不是您的班", "This is not your shift";
    now_off_shift_hint: "不会有人叫您。要加班就点“加班签到”，马上会轮到您。", "Nobody will call you. To work all the same, check in for an extra shift.";
    problem_off_shift: "对方不当班，请选当班的同事。", "They are off shift: choose somebody who is on.";
    problem_not_planned: "请先排好每周的班。", "Plan this person's week first.";
}
