//! A browser that is told what to do by the protocol of its developer tools, and tells what happens.

use std::{
    env, fs,
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tungstenite::{Message, WebSocket};

/// How long a machine with much else to do may take for one thing.
const PATIENCE: Duration = Duration::from_secs(60);
const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
];

/// The browser that `ODDSIFT_BROWSER` names, or one that is installed.
pub(crate) fn find() -> Option<PathBuf> {
    if let Some(named) = env::var_os("ODDSIFT_BROWSER").filter(|name| !name.is_empty()) {
        let found = in_path(Path::new(&named));
        assert!(found.is_some(), "ODDSIFT_BROWSER names {}, which is no program", named.display());
        return found;
    }
    ["chromium", "google-chrome"].iter().find_map(|name| in_path(Path::new(name)))
}

fn in_path(program: &Path) -> Option<PathBuf> {
    if program.components().count() > 1 {
        return program.is_file().then(|| program.to_owned());
    }
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// Ends with the value.
pub(crate) struct Browser {
    child: Child,
    socket: WebSocket<TcpStream>,
    next_id: u64,
    events: Vec<Value>,
    _profile: TempDir,
}

impl Browser {
    pub(crate) fn start(program: &Path) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let child = Command::new(program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (port, path) = address(profile.path());
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let (socket, _) =
            tungstenite::client(format!("ws://127.0.0.1:{port}{path}"), stream).unwrap();
        Self { child, socket, next_id: 0, events: Vec::new(), _profile: profile }
    }

    /// Opens a page in a tab of its own, and waits until all its figures are drawn.
    pub(crate) fn open(&mut self, file: &Path, size: (u32, u32)) -> Tab<'_> {
        self.open_until(file, size, "document.documentElement?.dataset.ready === 'true'")
    }

    /// Opens a file in a tab of its own, and waits until a condition holds.
    pub(crate) fn open_until(
        &mut self,
        file: &Path,
        (width, height): (u32, u32),
        condition: &str,
    ) -> Tab<'_> {
        let target = self.call(None, "Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = self.call(None, "Target.attachToTarget", &attach)["sessionId"]
            .as_str()
            .unwrap()
            .to_owned();
        let mut tab = Tab { browser: self, session, target: target["targetId"].clone() };
        for domain in ["Page", "Runtime", "Log", "Network", "Audits"] {
            tab.call(&format!("{domain}.enable"), &json!({}));
        }
        // Far from UTC, and not by whole hours: times must not depend on it.
        tab.call("Emulation.setTimezoneOverride", &json!({ "timezoneId": "Asia/Kathmandu" }));
        tab.resize(width, height);
        tab.call("Page.navigate", &json!({ "url": format!("file://{}", file.display()) }));
        tab.wait(condition);
        tab
    }

    fn call(&mut self, session: Option<&str>, method: &str, params: &Value) -> Value {
        self.next_id += 1;
        let mut message = json!({ "id": self.next_id, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(message.to_string())).unwrap();
        loop {
            let read =
                self.socket.read().unwrap_or_else(|error| panic!("no answer to {method}: {error}"));
            let Message::Text(text) = read else { continue };
            let answer: Value = serde_json::from_str(&text).unwrap();
            match answer["id"].as_u64() {
                Some(id) if id == self.next_id => {
                    assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                    return answer["result"].clone();
                }
                Some(_) => {}
                None => self.take(answer),
            }
        }
    }

    /// A dialog would keep the page from going on.
    fn take(&mut self, event: Value) {
        let dialog = event["method"] == "Page.javascriptDialogOpening";
        let session = event["sessionId"].clone();
        self.events.push(event);
        if dialog {
            let close = json!({ "id": 0, "sessionId": session, "method": "Page.handleJavaScriptDialog", "params": { "accept": false } });
            self.socket.send(Message::text(close.to_string())).unwrap();
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The port and path at which a browser listens, as soon as it writes them down.
fn address(profile: &Path) -> (u16, String) {
    let file = profile.join("DevToolsActivePort");
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some((port, path)) =
            fs::read_to_string(&file).unwrap_or_default().trim().split_once('\n')
        {
            return (port.parse().unwrap(), path.to_owned());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the browser did not start in {PATIENCE:?}");
}

/// Closes with the value.
pub(crate) struct Tab<'a> {
    browser: &'a mut Browser,
    session: String,
    target: Value,
}

impl Tab<'_> {
    pub(crate) fn call(&mut self, method: &str, params: &Value) -> Value {
        self.browser.call(Some(&self.session), method, params)
    }

    /// What an expression is.
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        let params =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", &params);
        assert!(
            answer["exceptionDetails"].is_null(),
            "{expression}: {}",
            answer["exceptionDetails"]
        );
        answer["result"]["value"].clone()
    }

    /// How many elements there are.
    pub(crate) fn count(&mut self, selector: &str) -> u64 {
        self.eval(&format!("document.querySelectorAll({}).length", json!(selector)))
            .as_u64()
            .unwrap()
    }

    pub(crate) fn wait(&mut self, condition: &str) {
        let start = Instant::now();
        while self.eval(condition) != true {
            assert!(
                start.elapsed() < PATIENCE,
                "in vain waited for {condition}; {:#?}",
                self.complaints()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn resize(&mut self, width: u32, height: u32) {
        let mobile = width < 600;
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        self.call("Emulation.setDeviceMetricsOverride", &metrics);
    }

    pub(crate) fn prefer(&mut self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", &json!({ "features": features }));
    }

    /// Moves the mouse, in steps, as a hand does.
    pub(crate) fn hover(&mut self, at: (f64, f64)) {
        for off in [6.0, 3.0, 0.0] {
            self.mouse("mouseMoved", (at.0 + off, at.1), 0, 0);
        }
    }

    pub(crate) fn click(&mut self, at: (f64, f64)) {
        self.hover(at);
        self.mouse("mousePressed", at, 1, 1);
        self.mouse("mouseReleased", at, 0, 1);
    }

    pub(crate) fn double_click(&mut self, at: (f64, f64)) {
        self.click(at);
        self.mouse("mousePressed", at, 1, 2);
        self.mouse("mouseReleased", at, 0, 2);
    }

    pub(crate) fn drag(&mut self, from: (f64, f64), to: (f64, f64)) {
        self.hover(from);
        self.mouse("mousePressed", from, 1, 1);
        for step in 1..=8 {
            let share = f64::from(step) / 8.0;
            let between = |a: f64, b: f64| a + (b - a) * share;
            self.mouse("mouseMoved", (between(from.0, to.0), between(from.1, to.1)), 1, 0);
        }
        self.mouse("mouseReleased", to, 0, 1);
    }

    fn mouse(&mut self, kind: &str, (x, y): (f64, f64), buttons: u8, clicks: u8) {
        let button = if kind == "mouseMoved" { "none" } else { "left" };
        let event = json!({ "type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": clicks });
        self.call("Input.dispatchMouseEvent", &event);
    }

    pub(crate) fn key(&mut self, key: &str) {
        for kind in ["keyDown", "keyUp"] {
            self.call("Input.dispatchKeyEvent", &json!({ "type": kind, "key": key }));
        }
    }

    /// The whole page as a PNG, in base64.
    pub(crate) fn screenshot(&mut self) -> String {
        let params = json!({ "captureBeyondViewport": true, "format": "png" });
        self.call("Page.captureScreenshot", &params)["data"].as_str().unwrap_or_default().to_owned()
    }

    /// What a page must not do: complain, ask the network, or talk to the reader.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        // An answer comes after all events before it.
        self.eval("0");
        let own =
            self.browser.events.iter().filter(|event| event["sessionId"] == self.session.as_str());
        own.filter_map(complaint).collect()
    }
}

impl Drop for Tab<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let close = json!({ "targetId": self.target });
            self.browser.call(None, "Target.closeTarget", &close);
        }
    }
}

/// Events that a page must not give rise to.
const NEVER: [&str; 6] = [
    "Audits.issueAdded",
    "Network.webSocketCreated",
    "Network.webTransportCreated",
    "Page.javascriptDialogOpening",
    "Page.windowOpen",
    "Runtime.exceptionThrown",
];

fn complaint(event: &Value) -> Option<String> {
    let params = &event["params"];
    let is_bad = match event["method"].as_str()? {
        "Runtime.consoleAPICalled" => {
            matches!(params["type"].as_str()?, "error" | "warning" | "assert")
        }
        "Log.entryAdded" => matches!(params["entry"]["level"].as_str()?, "error" | "warning"),
        "Network.requestWillBeSent" => {
            let url = params["request"]["url"].as_str()?;
            let is_page = params["type"] == "Document" && url.starts_with("file:");
            !is_page && !url.starts_with("data:") && !url.starts_with("blob:")
        }
        method => NEVER.contains(&method),
    };
    is_bad.then(|| format!("{}: {params}", event["method"]))
}
