import Bytes
import Testing

struct FigureTextTests {
    @Test(
        arguments: [
            (0, 3, "0.000"), (0.8501, 3, "0.850"), (0.9996, 3, "1.000"), (-0.0004, 3, "0.000"),
            (-0.0006, 3, "−0.001"), (1234.5, 2, "1,234.50"), (999_999.996, 2, "1,000,000.00"),
            (0.05, 4, "0.0500"), (1e14, 9, "100,000,000,000,000"),
            (9e15, 2, "9,000,000,000,000,000"), (1e16, 2, "1e+16"),
            (.infinity, 2, "–"), (.nan, 0, "–"), (7, 0, "7"),
        ] as [(Double, Int, String)])
    func `a number has the decimals asked for`(
        _ value: Double, _ decimals: Int, _ wanted: String
    ) {
        #expect(FigureText.fixed(value, decimals) == wanted)
    }

    @Test(
        arguments: [
            (0.25, "+0.25"), (-0.25, "−0.25"), (0, "0.00"), (0.001, "0.00"), (10, "+10.00"),
        ] as [(Double, String)])
    func `a difference has its sign`(_ value: Double, _ wanted: String) {
        #expect(FigureText.signed(value, 2) == wanted)
    }

    @Test(
        arguments: [
            (0.4, "0.4"), (12, "12"), (18.25, "18.25"), (8684.8, "8,684.8"), (0.12345, "0.1234"),
            (2e-7, "2e-07"), (0, "0"), (-3.5, "−3.5"), (100, "100"),
        ] as [(Double, String)])
    func `a number of a column has the decimals it needs`(_ value: Double, _ wanted: String) {
        #expect(FigureText.plain(value) == wanted)
    }

    @Test func `shares and counts are written alike everywhere`() {
        #expect(FigureText.percent(0.2654, 2) == "26.54\u{A0}%")
        #expect(FigureText.percent(nil) == "–")
        #expect(FigureText.count(1_234_567) == "1,234,567")
        #expect(FigureText.count(-12) == "−12")
        #expect(FigureText.figure(nil, 3) == "–")
    }

    @Test(arguments: [(0.04, "0"), (-0.04, "0"), (12.25, "12.3"), (-1.5, "-1.5"), (3, "3")])
    func `a place has a tenth of a pixel, with a minus that SVG knows`(
        _ value: Double, _ wanted: String
    ) {
        #expect(FigureText.place(value) == wanted)
    }
}
