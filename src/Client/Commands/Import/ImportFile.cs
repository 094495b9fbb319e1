using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Feeds.Files;

namespace DxyOrleans.Client.Commands.Import;

/// <summary>A bar of a file that differs from another source's row, which stands.</summary>
internal sealed record Disagreement(Bar Given);

/// <summary>What became of one file: every row of it is in exactly one of the counts.</summary>
/// <param name="path">Where it is.</param>
/// <param name="keepRefused">Refused rows kept for the report of each reason, so that none drowns in another; beyond it they are only
/// counted.</param>
/// <param name="rejects">Where refused rows go; null: nowhere.</param>
internal sealed class ImportFile(string path, int keepRefused, RejectsFile? rejects = null)
{
    const int KeepDisagreements = 20;

    readonly Lock _turn = new();
    readonly Dictionary<string, RefusalReason> _reasons = [];

    public string Path => path;

    public long Read { get; private set; }

    public long Repeated { get; private set; }

    /// <summary>Rows that are quotes, less one for each bar that was made of them.</summary>
    public long Quotes { get; private set; }

    /// <summary>Rows that nobody asked for.</summary>
    public PassedOver PassedOver { get; private set; }

    /// <summary>The symbols of those, a list for each part of an archive; empty where rows don't name theirs.</summary>
    public List<OtherSymbols> Others { get; } = [];

    public List<string> Notes { get; } = [];

    public long Refused { get; private set; }

    public MergeTally Stored { get; } = new();

    /// <summary>What kept the file, or parts of an archive, from being read to the end.</summary>
    public List<RefusedRow> Broken { get; } = [];

    /// <summary>What was refused, by reason.</summary>
    public IReadOnlyCollection<RefusalReason> Reasons => _reasons.Values;

    public List<Disagreement> Disagreements { get; } = [];

    public bool IsClean => Refused == 0 && Broken.Count == 0;

    /// <summary>Whether no row is of a symbol and a timeframe that are wanted; a file without rows lacks nothing.</summary>
    public bool HoldsOnlyOthers => Read == PassedOver.OtherSymbols + PassedOver.OtherTimeframes;

    public void Add(BarBatch batch)
    {
        lock (_turn)
        {
            Read += batch.Rows;
            Repeated += batch.Repeated;
            Quotes += batch.Quotes;
            PassedOver = new PassedOver(
                PassedOver.OtherSymbols + batch.PassedOver.OtherSymbols,
                PassedOver.OtherTimeframes + batch.PassedOver.OtherTimeframes,
                PassedOver.ClosedMarket + batch.PassedOver.ClosedMarket,
                PassedOver.Deleted + batch.PassedOver.Deleted,
                PassedOver.Running + batch.PassedOver.Running
            );
            Notes.AddRange(batch.Notes);
            Refuse(batch.Refused);
            if (batch.Others is { } others)
            {
                Others.Add(others);
            }

            if (batch.Broken is { } broken)
            {
                Broken.Add(broken);
                rejects?.Add(broken);
            }
        }
    }

    /// <summary>Refuses rows that were read well but can't be stored here.</summary>
    public void Refuse(IReadOnlyCollection<RefusedRow> rows)
    {
        lock (_turn)
        {
            foreach (var row in rows)
            {
                Refused += row.Rows;
                rejects?.Add(row);
                if (!_reasons.TryGetValue(RefusalReason.KeyOf(row.Fault), out var reason))
                {
                    _reasons.Add(RefusalReason.KeyOf(row.Fault), reason = new RefusalReason(row.Fault.Code));
                }

                reason.Add(row, keepRefused);
            }
        }
    }

    /// <summary>Refuses bars of a symbol all together, one line for them all.</summary>
    public void Refuse(int count, BarFault fault)
    {
        lock (_turn)
        {
            Refused += count;
            rejects?.Add(new RefusedRow(path, 0, fault, "") { Rows = count });
            if (!_reasons.TryGetValue(fault.Text, out var reason))
            {
                _reasons.Add(fault.Text, reason = new RefusalReason(fault.Code));
                reason.Add(new RefusedRow(path, 0, fault, "") { Rows = 0 }, keepRefused);
            }

            reason.Rows += count;
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
