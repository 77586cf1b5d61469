//! Words of the diary.

use super::words;

words! { Agenda
    appointments: "预约", "Appointments";
    appointments_today: "今日预约", "Today's appointments";
    my_appointments: "我的今日预约", "My appointments today";
    all_appointments: "全部预约", "All of them";
    choose_day: "选择日期", "Choose a day";
    day_before: "前一天", "Day before";
    day_after: "后一天", "Day after";
    day_today: "回到今天", "Today";
    make: "新建预约", "New appointment";
    nobody_expected: "这一天没有预约。", "Nobody is expected on this day.";
    no_name: "未留姓名", "No name given";
    last_here: "上次到店", "Last here";
    customer_of: "归属", "Customer of";
    overlap: "同一时间还有预约", "Another at the same time";
    came: "已到店", "They are here";
    move_it: "改约", "Change";
    cancel_it: "取消预约", "Take off";
    restore_it: "恢复预约", "Put back";
    date: "日期", "Date";
    at_time: "时间", "Time";
    lasts: "时长（分钟）", "Minutes";
    with_whom: "顾问", "With";
    what_for: "事项", "For";
    which_model: "车型", "Model";
    any_model: "未定", "Not said";
    whose_name: "姓名", "Name";
    told_number_hint: "到店报这个号码，就会叫到这位顾问。改约时留空，就不改。", "Whoever tells this number at check-in is rung through to this person. Left empty in a change, it stays.";
    note_label: "备注", "Note";
    addressed_as: "称谓", "Form of address";
    title_none: "未填", "Not said";
    save_appointment: "保存", "Save";
    save_despite: "仍然保存", "Save all the same";
    double_hint: "这位顾问那时已有预约。可以改时间，也可以仍然保存。", "This person has another appointment then. Choose another time, or save it all the same.";
    bad_appointment: "请写好日期、时间，以及姓名或电话。", "Fill in date and time, and a name or a number.";
    erase_hint: "姓名、电话、备注和这次预约都会永久删除。", "Name, number, note and the appointment itself are gone for good.";
    problem_unknown_appointment: "这个预约已经不在了。", "This appointment is gone.";
    problem_appointment_over: "这个预约已经结束。", "This appointment is over.";
    problem_double_booked: "这位顾问那时已有预约。", "This person has another appointment then.";
    problem_bad_range: "日期要从今天起、一年以内。", "Choose a day from today on, within a year.";
    task_appointment_here: "您的预约客户到店了", "Your appointment is here";
    task_appointment_soon: "预约快到了", "An appointment is near";
    appointment_at: "预约", "Appointment";
    audit_appointment_revealed: "查看预约联系方式", "Saw who is expected in full";
    audit_appointment_erased: "删除预约", "Erased an appointment";
    matter_talk: "到店洽谈", "A talk";
    matter_test_drive: "试乘试驾", "Test drive";
    matter_collect: "提车", "Collecting a car";
    matter_service: "保养维修", "Service";
    matter_other: "其他", "Other";
    standing_booked: "已约", "Expected";
    standing_kept: "已到店", "Came";
    standing_missed: "未到店", "Did not come";
    standing_cancelled: "已取消", "Taken off";
}
