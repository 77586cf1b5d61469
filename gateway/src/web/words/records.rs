//! Words of the pages about records: leads, who saw their contacts, and what was taken away.

use super::words;

words! { Register
    leads: "意向客户", "Interests";
    leads_all: "查看往日的意向", "Interests of earlier days";
    leads_hint: "称呼和电话只有本人同意联系才会保留；查看完整号码和删除都会记入查阅记录。", "Name and number are kept only where the person agreed to be contacted. Whoever shows one in full or erases it goes on record.";
    leads_export_hint: "文件里有同意联系的客人的完整号码，请妥善保管；导出会记入查阅记录。", "The file has the full numbers of those who agreed to be contacted: look after it. Exporting goes on record.";
    leads_none: "这几天没有人留下意向。", "No interests in these days.";
    contact_do: "操作", "Actions";
    reveal: "显示号码", "Show number";
    erase: "删除", "Erase";
    erase_title: "删除这位客人的联系方式？", "Erase this person's contact?";
    erase_what: "本人要求删除或撤回同意时使用。称呼和电话会永久删除，无法恢复。", "For whoever asks for it or takes the consent back. Name and number are gone for good.";
    erase_yes: "永久删除", "Erase for good";
    audit: "查阅记录", "Audit";
    audit_hint: "谁查看了客人的完整联系方式，谁导出或备份了记录，哪些联系方式已经删除，谁裁定了客户归属。这里不含客人的姓名和电话；裁定的理由随联系方式封存，删除时一并消失，也不会导出。", "Who saw a contact in full, who took records away as a file or a backup, which contacts were erased, and who ruled whose customer. No names and numbers stand here; the reason of a ruling is sealed with the contact, goes with it, and is in no export.";
    audit_none: "这几天没有人查看、导出或备份。", "Nothing was shown or taken away in these days.";
    audit_system: "系统或命令行", "The system or its command line";
    audit_revealed: "查看完整联系方式", "Saw a contact in full";
    audit_exported: "导出", "Exported";
    audit_backed_up: "备份", "Made a backup";
    audit_erased: "删除联系方式", "Erased a contact";
    records_visits: "到店记录", "Visits";
    records_leads: "意向客户", "Interests";
    records_audit: "查阅记录", "Audit";
    records_appointments: "预约", "Appointments";
    why_erased_withdrawn: "本人要求", "the person asked for it";
    why_erased_taken_back: "客人在迎宾屏上撤回同意", "consent taken back at the kiosk";
    why_erased_expired: "保存期满", "kept for long enough";
    lead_of: "意向登记于", "registered";
    col_who: "谁", "Who";
    col_act: "做了什么", "What";
    col_which: "涉及", "Which";
    days: "日期", "Days";
    show_days: "查看", "Show";
    channel_kiosk: "迎宾屏", "Kiosk";
    problem_unknown_lead: "这条意向没有可用的联系方式，可能已经删除。", "No contact is kept with this interest; it may have been erased.";
    problem_contact_erased: "联系方式已经删除。", "This contact has been erased.";
}
