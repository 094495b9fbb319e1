using DxyOrleans.Core.Bars;
using DxyOrleans.Feeds.Files;
using DxyOrleans.Storage.Bars;

namespace DxyOrleans.Client.Work;

/// <summary>A bar of a file that differs from another source's row, which stands.</summary>
internal sealed record Disagreement(Bar Given);

/// <summary>What became of one file: every row of it is in exactly one of the counts.</summary>
internal sealed class ImportFile(string path)
{
    /// <summary>Refused rows kept for the report; beyond it they are only counted.</summary>
    const int KeepRefused = 1000;

    const int KeepDisagreements = 20;

    readonly Lock _turn = new();

    public string Path => path;

    public long Read { get; private set; }

    public long Repeated { get; private set; }

    public long PassedOver { get; private set; }

    public long Refused { get; private set; }

    public MergeTally Stored { get; } = new();

    /// <summary>What kept the file from being read to its end, null when nothing did.</summary>
    public RefusedRow? Broken { get; private set; }

    public List<RefusedRow> RefusedRows { get; } = [];

    public List<Disagreement> Disagreements { get; } = [];

    public bool IsClean => Refused == 0 && Broken is null;

    public void Add(BarBatch batch)
    {
        lock (_turn)
        {
            Read += batch.Rows;
            Repeated += batch.Repeated;
            PassedOver += batch.PassedOver;
            Broken = batch.Broken ?? Broken;
            Refuse(batch.Refused);
        }
    }

    /// <summary>Refuses rows that were read well but can't be stored here.</summary>
    public void Refuse(IReadOnlyCollection<RefusedRow> rows)
    {
        lock (_turn)
        {
            Refused += rows.Count;
            RefusedRows.AddRange(rows.Take(Math.Max(0, KeepRefused - RefusedRows.Count)));
        }
    }

    /// <summary>Refuses bars of a symbol all together, one line for them all.</summary>
    public void Refuse(int count, BarFault fault)
    {
        lock (_turn)
        {
            Refused += count;
            if (RefusedRows.Count < KeepRefused && !RefusedRows.Exists(row => row.Fault.Text == fault.Text))
            {
                RefusedRows.Add(new RefusedRow(path, 0, fault, ""));
            }
        }
    }

    public void Add(IReadOnlyList<WrittenBar> written)
    {
        lock (_turn)
        {
            foreach (var bar in written)
            {
                Stored.Add(bar.Outcome);
                if (bar.Outcome == BarOutcome.OtherSource && Disagreements.Count < KeepDisagreements)
                {
                    Disagreements.Add(new Disagreement(bar.Bar));
                }
                else if (bar.Outcome == BarOutcome.Refused)
                {
                    Refuse([new RefusedRow(path, 0, new BarFault("database", $"{bar.Bar.Series} {bar.Bar.Time}: {bar.Reason}"), "")]);
                }
            }
        }
    }
}
