import JSON
import Models
import Serving
import Testing

@Suite struct PredictionWriterTests {
    private func body(
        _ prediction: Prediction, subject: String = "sub", model: String = "telco-churn/1",
        requestID: String = "r-1", unixMilliseconds: Int64 = 1_790_856_000_123
    ) -> String {
        var json = JSONWriter()
        var predictions = PredictionWriter()
        predictions.append(
            prediction, subject: Array(subject.utf8).span, modelName: Array(model.utf8).span,
            requestID: Array(requestID.utf8).span, unixMilliseconds: unixMilliseconds, to: &json)
        return String(decoding: json.finish(), as: UTF8.self)
    }

    private func prediction(
        _ probability: Float, customerID: String? = nil, isPositive: Bool = true,
        risk: RiskLevel = .high
    ) -> Prediction {
        Prediction(
            customerID: Array((customerID ?? "").utf8), probability: probability,
            isPositive: isPositive, risk: risk)
    }

    @Test func `an answer has the contract's members in the contract's order`() {
        #expect(
            body(prediction(0.8123, customerID: "C-1")) == """
                {"customer_id":"C-1","churn_prediction":true,"churn_probability":0.8123,\
                "risk_level":"High","timestamp":"2026-10-01T12:00:00.123Z",\
                "model_version":"telco-churn/1","request_id":"r-1"}
                """)
    }

    @Test
    func `fields with a number beyond their bounds are named where there are any`() {
        let flagged = Prediction(
            probability: 0.5, isPositive: true, risk: .medium,
            outOfRange: ["tenure", "a\"b"])
        #expect(
            body(flagged).contains(
                #""risk_level":"Medium","out_of_range":["tenure","a\"b"],"timestamp":"#))
        #expect(!body(prediction(0.5)).contains("out_of_range"))
    }

    @Test(arguments: [(RiskLevel.high, "High"), (.medium, "Medium"), (.low, "Low")])
    func `a risk has the name callers know`(risk: RiskLevel, name: String) throws {
        let text = body(prediction(0.5, isPositive: false, risk: risk))
        #expect(text.contains(#""churn_prediction":false,"#))
        #expect(text.contains(#""risk_level":"\#(name)""#))
    }

    @Test func `a body without an identifier is answered with the token's subject`() {
        #expect(body(prediction(0.5), subject: "acme").hasPrefix(#"{"customer_id":"acme","#))
        let named = body(prediction(0.5, customerID: "C"), subject: "acme")
        #expect(named.hasPrefix(#"{"customer_id":"C","#))
    }

    @Test func `what callers bring is escaped`() {
        let text = body(prediction(0.5, customerID: "\"\\é</\u{2028}"))
        #expect(text.hasPrefix("{\"customer_id\":\"\\\"\\\\é</\u{2028}\","))
        #expect(body(prediction(0.5), subject: "a\"b").hasPrefix(#"{"customer_id":"a\"b","#))
    }

    @Test(arguments: [
        (Float(0), "0"), (1, "1"), (0.5, "0.5"), (0.25, "0.25"), (0.8123, "0.8123"),
        // A Float with few bits can be a tie of four decimals: k/32 has five.
        (0.03125, "0.0312"), (0.09375, "0.0938"), (0.15625, "0.1562"), (0.21875, "0.2188"),
        (0.96875, "0.9688"),
        // Nearest to a tie, and beside it: what decides is the Float's exact value.
        (0.00005, "0"), (Float(0.00005).nextUp, "0.0001"), (0.00015, "0.0002"),
        (Float(0.00015).nextDown, "0.0001"), (0.99995, "0.9999"), (Float(0.99995).nextUp, "1"),
        (Float(1).nextDown, "1"), (Float.leastNonzeroMagnitude, "0"), (0.1, "0.1"), (0.7, "0.7"),
        (0.33333334, "0.3333"), (0.6666667, "0.6667"),
    ]) func `a probability is rounded to four decimals, half to even`(
        probability: Float, text: String
    ) {
        let found = body(prediction(probability))
        #expect(found.contains(#""churn_probability":\#(text),"#), "\(found)")
    }

    @Test(arguments: [
        (100, 3600, 99, 3600, "\"hourly\";q=100;w=3600", "\"hourly\";r=99;t=3600"),
        (1, 1, 0, 1, "\"hourly\";q=1;w=1", "\"hourly\";r=0;t=1"),
        (100_000, 86_400, 99_999, 12, "\"hourly\";q=100000;w=86400", "\"hourly\";r=99999;t=12"),
    ]) func `the quota is told as the draft has it`(
        limit: Int, window: Int, left: Int, reset: Int, policy: String, state: String
    ) {
        var fields = Array("Before: x\r\n".utf8)
        QuotaFields(quotaLimit: limit, windowSeconds: window).append(
            limit: nil, left: left, resetSeconds: reset, to: &fields)
        #expect(
            String(decoding: fields, as: UTF8.self)
                == "Before: x\r\nRateLimit-Policy: \(policy)\r\nRateLimit: \(state)\r\n")
        // A caller's own limit in place of the usual one.
        var own: [UInt8] = []
        QuotaFields(quotaLimit: limit + 1, windowSeconds: window).append(
            limit: limit, left: left, resetSeconds: reset, to: &own)
        #expect(own == Array(fields[11...]))
    }
}
