//! `gateway certificate`: makes the files, and says what to do with them.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use shared::clock::{Clock as _, SystemClock};

use super::failure::Failure;
use super::output;
use crate::certificates::authority;

/// Makes or renews the pair in a folder; beside the data folder where none is named.
pub(super) fn make(hosts: &[String], to: Option<PathBuf>, data: &Path) -> Result<(), Failure> {
    let folder = to.unwrap_or_else(|| data.with_file_name("tls"));
    let folder =
        std::path::absolute(&folder).map_err(|fault| Failure::Usage(format!("{}: {fault}", folder.display())))?;
    let made = authority::make(&folder, hosts, SystemClock.now()).map_err(|fault| match fault {
        authority::AuthorityError::Host(_) | authority::AuthorityError::Hosts => Failure::Usage(fault.to_string()),
        other => Failure::Done(other.to_string()),
    })?;
    let mut out = output();
    let (cert, key, authority) = (made.cert.display(), made.key.display(), made.authority.display());
    writeln!(out, "made for {} until {}", hosts.join(", "), made.until.format("%Y-%m-%d"))?;
    if !made.anew {
        writeln!(
            out,
            "signed by the same authority: phones need nothing, and a running gateway takes it over by itself"
        )?;
        return Ok(out.flush()?);
    }
    writeln!(out, "\n1. In the gateway's configuration 网关配置：\n")?;
    writeln!(
        out,
        "     [web]\n     listen = \"0.0.0.0:8443\"\n\n     [web.tls]\n     cert = {cert:?}\n     key = {key:?}"
    )?;
    writeln!(
        out,
        "\n2. Send {authority} to every phone of the staff, by 微信 or mail, and install it 发给每部员工手机并安装：\n"
    )?;
    writeln!(out, "     iPhone   open the file, then Settings > General > VPN & Device Management: install;")?;
    writeln!(out, "              then Settings > General > About > Certificate Trust Settings: switch it on")?;
    writeln!(out, "              设置 > 通用 > VPN 与设备管理 安装，再到 设置 > 通用 > 关于本机 > 证书信任设置 打开")?;
    writeln!(
        out,
        "     Android  Settings > Security > Encryption & credentials > Install a certificate > CA certificate"
    )?;
    writeln!(out, "              设置 > 安全 > 加密与凭据 > 安装证书 > CA 证书")?;
    writeln!(
        out,
        "\n   It is trusted for {} alone. Visitors need none of this: they have web.visitor_listen.",
        hosts.join(", ")
    )?;
    writeln!(
        out,
        "\n3. Keep {} to yourself, and run this command again before the day above.",
        folder.join("authority.key").display()
    )?;
    Ok(out.flush()?)
}
