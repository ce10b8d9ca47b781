//! NATS, the relay that people would take from the shelf: each end subscribes to a subject of its own.

use std::net::SocketAddr;

use super::network::{BODY, End, Network, Result, Wire};

/// A NATS server.
pub struct Nats(pub SocketAddr);

impl Network for Nats {
    fn name(&self) -> &'static str {
        "NATS"
    }

    fn begin(&self, _: usize) -> Result<Wire> {
        Ok(Wire::connect(self.0)?)
    }

    fn prove(&self, wire: &mut Wire, end: usize) -> Result<()> {
        let greeting = wire.line()?;
        if !greeting.starts_with("INFO ") {
            return Err(greeting.into());
        }
        let hello =
            format!("CONNECT {{\"verbose\":false,\"pedantic\":false}}\r\nSUB device.{end} 1\r\nPING\r\n");
        Ok(wire.write(hello.as_bytes())?)
    }

    fn ready(&self, mut wire: Wire, end: usize) -> Result<Box<dyn End>> {
        while wire.line()? != "PONG" {}
        let message = format!("PUB device.{} {BODY}\r\n{}\r\n", end ^ 1, "x".repeat(BODY));
        Ok(Box::new(NatsEnd { wire, message: message.into_bytes() }))
    }
}

struct NatsEnd {
    wire: Wire,
    message: Vec<u8>,
}

impl End for NatsEnd {
    fn send(&mut self, count: usize) -> Result<()> {
        Ok(self.wire.write(&self.message.repeat(count))?)
    }

    fn receive(&mut self, count: usize) -> Result<()> {
        for _ in 0..count {
            loop {
                let line = self.wire.line()?;
                match line.split(' ').next() {
                    Some("MSG") => break,
                    Some("PING") => self.wire.write(b"PONG\r\n")?,
                    Some("+OK" | "INFO") => {}
                    _ => return Err(line.into()),
                }
            }
            self.wire.read(|bytes| (bytes.len() >= BODY + 2).then_some(((), BODY + 2)))?;
        }
        Ok(())
    }
}
