import Serving
import Testing

@Suite struct TurnOrderTests {
    @Test func `a turn ends in this order`() {
        #expect(
            TurnStep.allCases == [
                .pipelines, .decisions, .question, .commands, .records, .answers, .log, .published,
            ])
    }
}
