//! `pocketkey audit`.

use std::io::{self, BufWriter};

use pocketkey_server::{audit::service, export::Format};

use super::Failure;
use crate::cli::{AuditCommand, AuditExport, AuditVerify, ExportFormat};

/// Checks the audit log, or writes it down.
pub fn run(command: AuditCommand) -> Result<(), Failure> {
    match command {
        AuditCommand::Verify(options) => verify(&options),
        AuditCommand::Export(options) => export(&options),
    }
}

fn verify(AuditVerify { data, head }: &AuditVerify) -> Result<(), Failure> {
    let verified = service::verify_folder(data, head.as_deref())?.map_err(|fault| {
        format!("{fault}.\nSomebody changed the database of {} behind the appliance's back", data.display())
    })?;
    println!("OK: {} entries, none edited, removed or reordered.", verified.count);
    println!("Head: {}", verified.head);
    Ok(())
}

fn export(AuditExport { data, format }: &AuditExport) -> Result<(), Failure> {
    let format = match format {
        ExportFormat::Csv => Format::Csv,
        ExportFormat::Json => Format::Json,
    };
    match service::export_folder(data, format, &mut BufWriter::new(io::stdout().lock())) {
        // Whoever reads has seen enough: `| head`.
        Err(service::ReadError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}
