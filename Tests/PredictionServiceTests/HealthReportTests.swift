import PredictionService
import Testing

@Suite struct HealthReportTests {
    private static let passing = #""version":"9.8.7","model":{"name":"m","version":"3"}"#

    @Test(arguments: [
        (HealthReport.Store.memory, false, "pass", #""memory":[{"status":"pass"}]"#),
        (.redisAnswers, false, "pass", #""redis":[{"status":"pass"}]"#),
        (.redisFails, false, "fail", #""redis":[{"status":"fail"}]"#),
        (
            .memory, true, "fail", #""memory":[{"status":"pass"}],"draining":[{"status":"fail"}]"#
        ),
        (
            .redisAnswers, true, "fail",
            #""redis":[{"status":"pass"}],"draining":[{"status":"fail"}]"#
        ),
        (
            .redisFails, true, "fail",
            #""redis":[{"status":"fail"}],"draining":[{"status":"fail"}]"#
        ),
    ]) func `each state has its report`(
        store: HealthReport.Store, isDraining: Bool, status: String, checks: String
    ) {
        var report = HealthReport(modelName: "m", modelVersion: "3", serviceVersion: "9.8.7")
        let expected =
            #"{"status":"\#(status)",\#(HealthReportTests.passing),"#
            + #""checks":{"model":[{"status":"pass"}],\#(checks)}}"#
        // The second one is the first one, kept.
        for _ in 1...2 {
            let body = report.body(store: store, isDraining: isDraining)
            #expect(String(decoding: body, as: UTF8.self) == expected)
        }
        #expect(HealthReport.passes(store: store, isDraining: isDraining) == (status == "pass"))
    }

    @Test func `reports of one state do not stand in for another's`() {
        var report = HealthReport(modelName: "m", modelVersion: "3", serviceVersion: "9.8.7")
        var bodies: Set<[UInt8]> = []
        for store in HealthReport.Store.allCases {
            for isDraining in [false, true] {
                bodies.insert(report.body(store: store, isDraining: isDraining))
            }
        }
        #expect(bodies.count == 6)
    }
}
