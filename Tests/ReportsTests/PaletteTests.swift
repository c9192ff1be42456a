import Glibc
import Reports
import TestSupport
import Testing

struct PaletteTests {
    /// WCAG 2.1: relative luminance.
    private func luminance(_ colour: UInt32) -> Double {
        let parts = [colour >> 16, colour >> 8, colour].map { part in
            let share = Double(part & 0xFF) / 255
            return share <= 0.03928 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }

    private func contrast(_ one: UInt32, _ other: UInt32) -> Double {
        let (dark, light) = (
            min(luminance(one), luminance(other)), max(luminance(one), luminance(other))
        )
        return (light + 0.05) / (dark + 0.05)
    }

    @Test func `black on white has the contrast of the standard`() {
        #expect(isNear(contrast(0, 0xFFFFFF), 21, within: 1e-9))
    }

    @Test func `texts stand out from the page and from panels`() {
        for text in [Palette.text, Palette.muted, Palette.link] {
            for ground in [Palette.page, Palette.panel] {
                #expect(contrast(text.light, ground.light) >= 4.5)
                #expect(contrast(text.dark, ground.dark) >= 4.5)
            }
        }
    }

    @Test func `what is drawn stands out from the page`() {
        for mark in [Palette.first, Palette.second, Palette.third, Palette.rows] {
            #expect(contrast(mark.light, Palette.page.light) >= 3)
            #expect(contrast(mark.dark, Palette.page.dark) >= 3)
        }
    }

    @Test func `every colour is a variable of six digits, in light and in dark`() {
        #expect(Palette.lightVariables.contains("--page:#ffffff;"))
        #expect(Palette.darkVariables.contains("--page:#15191e;"))
        for variables in [Palette.lightVariables, Palette.darkVariables] {
            let parts = variables.split(separator: ";")
            #expect(parts.count == Palette.all.count)
            #expect(parts.allSatisfy { $0.split(separator: "#").last?.count == 6 })
        }
    }
}
