use oddsift::pipeline::{Error, OutlierParams};

fn main() -> Result<(), Error> {
    let features = ["pathScore", "commandlineLen", "commandlineTokensFull"];
    let params = OutlierParams::new().features(features).top(10);
    let found = params.find("testdata/processes_on_host.csv")?; // all cores, bounded memory
    for outlier in found.rows() {
        let outlier = outlier?;
        println!("row {} {:.3} {}", outlier.row, outlier.score, outlier.reason_text);
    }
    Ok(())
}
