//! What a function speaks with: Lambda's Runtime API, and an AWS. Both answer within microseconds, so what is measured is the function's
//! own work.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use parapet_console::{Result, Trouble};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::http::{Connection, Request, Response};
use crate::storage::Storage;

/// How long a function may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// Any free port.
const LOCAL: (&str, u16) = ("127.0.0.1", 0);

/// An AWS with nothing but Amazon S3.
#[derive(Debug)]
pub(crate) struct Aws {
    pub(crate) address: SocketAddr,
    storage: Arc<Mutex<Storage>>,
}

impl Aws {
    pub(crate) async fn start() -> Result<Self> {
        let listener = TcpListener::bind(LOCAL).await?;
        let (address, storage) = (listener.local_addr()?, Arc::<Mutex<Storage>>::default());
        let shared = Arc::clone(&storage);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer_all(Connection::new(stream), Arc::clone(&shared)));
            }
        });
        Ok(Self { address, storage })
    }

    /// What it has, and what it was asked.
    pub(crate) fn storage(&self) -> MutexGuard<'_, Storage> {
        locked(&self.storage)
    }
}

fn locked(storage: &Mutex<Storage>) -> MutexGuard<'_, Storage> {
    storage.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer_all(connection: Result<Connection>, storage: Arc<Mutex<Storage>>) -> Result<()> {
    let mut connection = connection?;
    while let Some(request) = connection.request().await? {
        let response = locked(&storage).answer(&request);
        connection.answer(response).await?;
    }
    Ok(())
}

/// What a function says to the Runtime API.
#[derive(Debug)]
enum Said {
    /// It waits for an event.
    Next(Waiting),
    /// It has answered one.
    Answered(Answer),
    /// It failed, as it says in this text.
    Failed(String),
}

/// A function that waits for an event.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) since: Instant,
    event: oneshot::Sender<String>,
}

/// What a function answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) at: Instant,
    pub(crate) text: String,
}

/// Lambda's Runtime API, for one function at a time.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    pub(crate) address: SocketAddr,
    said: mpsc::UnboundedReceiver<Said>,
}

impl RuntimeApi {
    /// For a function with this ARN.
    pub(crate) async fn start(arn: &'static str) -> Result<Self> {
        let listener = TcpListener::bind(LOCAL).await?;
        let (say, said) = mpsc::unbounded_channel();
        let address = listener.local_addr()?;
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(pass_on_all(Connection::new(stream), arn, say.clone()));
            }
        });
        Ok(Self { address, said })
    }

    /// Waits until the function waits for an event.
    pub(crate) async fn next(&mut self) -> Result<Waiting> {
        match self.hear().await? {
            Said::Next(waiting) => Ok(waiting),
            Said::Answered(answer) => Err(Trouble::new(format!("an answer to nothing: {}", answer.text))),
            Said::Failed(how) => Err(Trouble::new(how)),
        }
    }

    /// Gives it an event. The answer, and how long it took.
    pub(crate) async fn invoke(&mut self, waiting: Waiting, event: &str) -> Result<(Answer, Duration)> {
        let sent = Instant::now();
        let gone = |_| Trouble::new("the function has ended");
        waiting.event.send(event.to_owned()).map_err(gone)?;
        match self.hear().await? {
            Said::Answered(answer) => {
                let took = answer.at.duration_since(sent);
                Ok((answer, took))
            }
            Said::Next(_) => Err(Trouble::new("the function asks for the next event before it has answered")),
            Said::Failed(how) => Err(Trouble::new(how)),
        }
    }

    async fn hear(&mut self) -> Result<Said> {
        let silence = |_| Trouble::new(format!("the function has said nothing for {} s", PATIENCE.as_secs()));
        let said = timeout(PATIENCE, self.said.recv()).await.map_err(silence)?;
        said.ok_or_else(|| Trouble::new("the Runtime API has ended"))
    }
}

async fn pass_on_all(
    connection: Result<Connection>,
    arn: &'static str,
    say: mpsc::UnboundedSender<Said>,
) -> Result<()> {
    let mut connection = connection?;
    while let Some(request) = connection.request().await? {
        let accepted = Response::new(202, r#"{"status":"OK"}"#);
        let (said, response) = if request.target.ends_with("/invocation/next") {
            let (event, given) = oneshot::channel();
            let _ = say.send(Said::Next(Waiting { since: request.arrived, event }));
            match given.await {
                Ok(event) => (None, invocation(arn, event)),
                // The measurement is over.
                Err(_) => return Ok(()),
            }
        } else if request.target.ends_with("/response") {
            (Some(Said::Answered(Answer { at: request.arrived, text: text(&request) })), accepted)
        } else {
            (Some(Said::Failed(format!("{}: {}", request.target, text(&request)))), accepted)
        };
        connection.answer(response).await?;
        if let Some(said) = said {
            let _ = say.send(said);
        }
    }
    Ok(())
}

fn text(request: &Request) -> String {
    String::from_utf8_lossy(&request.body).into_owned()
}

/// An event as the Runtime API hands it out: AWS Lambda Developer Guide, "Using the Lambda runtime API", "Next invocation".
fn invocation(arn: &str, event: String) -> Response {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Response::new(200, event)
        .with("Content-Type", "application/json")
        .with("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
        .with("Lambda-Runtime-Deadline-Ms", (now + PATIENCE).as_millis().to_string())
        .with("Lambda-Runtime-Invoked-Function-Arn", arn)
}
