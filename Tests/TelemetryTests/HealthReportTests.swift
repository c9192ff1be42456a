import JSON
import Telemetry
import Testing

@Suite struct HealthReportTests {
    private static let model = #""version":"9.8.7","model":{"name":"m","version":"3"}"#

    private func text(_ report: HealthReport) -> String {
        var json = JSONWriter()
        report.append(
            modelName: "m", modelVersion: "3", serviceVersion: "9.8.7", to: &json)
        return String(decoding: json.finish(), as: UTF8.self)
    }

    @Test(arguments: [
        (
            HealthReport.Store.memory, HealthReport.Audit.off, HealthReport.Keys.here, false,
            [#""memory":"pass""#]
        ),
        (.redisAnswers, .off, .here, false, [#""redis":"pass""#]),
        (.redisFails, .off, .here, false, [#""redis":"fail""#]),
        (.redisAnswers, .writes, .here, false, [#""redis":"pass""#, #""audit":"pass""#]),
        (.redisAnswers, .fails, .here, false, [#""redis":"pass""#, #""audit":"fail""#]),
        (.memory, .off, .fetched, false, [#""memory":"pass""#, #""keys":"pass""#]),
        (.memory, .off, .missing, false, [#""memory":"pass""#, #""keys":"fail""#]),
        (.memory, .off, .here, true, [#""memory":"pass""#, #""draining":"fail""#]),
        (
            .redisFails, .fails, .missing, true,
            [#""redis":"fail""#, #""audit":"fail""#, #""keys":"fail""#, #""draining":"fail""#]
        ),
    ]) func `each state has its report`(
        store: HealthReport.Store, audit: HealthReport.Audit, keys: HealthReport.Keys,
        isDraining: Bool, checks: [String]
    ) {
        let report = HealthReport(store: store, audit: audit, keys: keys, isDraining: isDraining)
        let passes = !checks.contains { $0.hasSuffix(#":"fail""#) }
        let details = ([#""model":"pass""#] + checks).map { check in
            let parts = check.split(separator: ":")
            return "\(parts[0]):[{\"status\":\(parts[1])}]"
        }
        let status = passes ? "pass" : "fail"
        #expect(
            text(report) == #"{"status":"\#(status)",\#(HealthReportTests.model),"#
                + #""checks":{\#(details.joined(separator: ","))}}"#)
        #expect(report.passes == passes)
    }

    @Test func `reports of one state do not stand in for another's`() {
        var texts: Set<String> = []
        for store in HealthReport.Store.allCases {
            for audit in HealthReport.Audit.allCases {
                for keys in HealthReport.Keys.allCases {
                    for isDraining in [false, true] {
                        texts.insert(
                            text(
                                HealthReport(
                                    store: store, audit: audit, keys: keys, isDraining: isDraining))
                        )
                    }
                }
            }
        }
        #expect(texts.count == 54)
    }
}
