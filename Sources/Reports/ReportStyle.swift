/// The report's style sheet.
enum ReportStyle {
    /// On paper the light colours hold, whatever the screen has.
    static var sheet: String {
        ":root{color-scheme:light dark;\(Palette.lightVariables)}"
            + "@media screen and (prefers-color-scheme:dark){:root{\(Palette.darkVariables)}}"
            + "@media print{:root{color-scheme:light}}"
            + rules
    }

    private static let rules = #"""

        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
        body{margin:0;background:var(--page);color:var(--text);
        font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",
        sans-serif;overflow-wrap:break-word}
        header,main,footer{max-width:72rem;margin:0 auto;padding:0 1rem}
        header{padding-top:2rem}
        footer{padding-bottom:3rem;color:var(--muted);font-size:.875rem}
        h1{font-size:1.9rem;line-height:1.2;margin:0 0 .5rem}
        h2{font-size:1.4rem;line-height:1.25;margin:3rem 0 .75rem;padding-top:1rem;
        border-top:1px solid var(--line)}
        h3{font-size:1.1rem;line-height:1.3;margin:2rem 0 .5rem}
        p,li{max-width:46rem}
        p{margin:.5rem 0 1rem}
        ul{padding-left:1.25rem;margin:.5rem 0 1rem}
        li{margin:.25rem 0}
        a{color:var(--link)}
        .lead{color:var(--muted);font-size:1.1rem}
        nav ul{display:flex;flex-wrap:wrap;gap:.35rem 1.1rem;list-style:none;padding:0;
        margin:1rem 0}
        nav li{margin:0}
        .key{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,13rem),1fr));
        gap:.75rem;margin:1.5rem 0;padding:0}
        .key div{background:var(--panel);border-radius:.5rem;padding:.75rem 1rem}
        .key dt{color:var(--muted);font-size:.9rem}
        .key dd{margin:0;font-size:1.6rem;font-weight:650;line-height:1.3;
        font-variant-numeric:tabular-nums}
        .key dd small{display:block;font-size:.875rem;font-weight:400;color:var(--muted)}
        .scroll{overflow-x:auto;margin:1rem 0}
        .scroll:focus-visible{outline:2px solid var(--link);outline-offset:2px}
        table{border-collapse:collapse;font-size:.9375rem;font-variant-numeric:tabular-nums;
        min-width:min(100%,30rem)}
        caption{text-align:left;color:var(--muted);padding:0 0 .5rem}
        caption span{position:sticky;left:0;display:inline-block;max-width:min(46rem,92vw)}
        th,td{padding:.4rem .75rem;border-bottom:1px solid var(--line);text-align:left;
        vertical-align:top}
        thead th{color:var(--muted);font-weight:600;vertical-align:bottom;
        border-bottom:2px solid var(--line)}
        tbody th{font-weight:500;max-width:18rem;min-width:7rem}
        .number{text-align:right;white-space:nowrap}
        thead .number{white-space:normal}
        td.long{min-width:14rem;max-width:34rem}
        tr.marked th,tr.marked td{background:var(--panel)}
        tr.marked th{font-weight:700}
        th small,td small{display:block;color:var(--muted);font-size:.8125rem;font-weight:400}
        .charts{display:grid;gap:1.5rem 2rem;margin:1rem 0;
        grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr))}
        .pair{grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),27rem))}
        .alone{grid-template-columns:minmax(0,27rem)}
        figure{margin:0;min-width:0;max-width:27rem;break-inside:avoid}
        figcaption{font-weight:600;margin-bottom:.35rem}
        svg{display:block;width:100%;height:auto;overflow:visible}
        svg text{font:12.5px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",
        "Liberation Sans",sans-serif;fill:var(--text);font-variant-numeric:tabular-nums}
        svg .tick{fill:var(--muted)}
        svg .grid{stroke:var(--line);stroke-width:1}
        svg .axis{stroke:var(--muted);stroke-width:1}
        svg .reference{stroke:var(--muted);stroke-width:1.25;stroke-dasharray:4 3;fill:none}
        svg .curve{fill:none;stroke-width:2;stroke-linejoin:round}
        svg .whisker{stroke:var(--text);stroke-width:1.5;fill:none}
        .first{stroke:var(--first)}
        .second{stroke:var(--second)}
        .third{stroke:var(--third)}
        .fill-first{fill:var(--first)}
        .fill-second{fill:var(--second)}
        .fill-third{fill:var(--third)}
        .fill-rows{fill:var(--rows)}
        .dot{stroke:var(--page);stroke-width:1.5}
        .legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;
        margin:.4rem 0 0;font-size:.875rem}
        .legend li{display:flex;gap:.4rem;align-items:baseline;margin:0}
        .legend svg{width:1.25rem;height:.75rem;flex:none}
        .note{color:var(--muted);font-size:.875rem;margin:.4rem 0 0}
        details{margin:.75rem 0}
        summary{cursor:pointer;color:var(--link);font-size:.9375rem}
        @media (max-width:40rem){h1{font-size:1.6rem}h2{font-size:1.25rem}
        th,td{padding:.35rem .5rem}}
        @media print{body{font-size:10pt}header,main,footer{max-width:none}nav{display:none}
        .scroll{overflow:visible}
        .charts,.alone{grid-template-columns:repeat(2,minmax(0,1fr))}
        .key{grid-template-columns:repeat(4,1fr)}h2,h3{break-after:avoid}
        tr,.key div{break-inside:avoid}
        *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}

        """#
}
