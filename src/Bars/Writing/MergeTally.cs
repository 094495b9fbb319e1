namespace DxyOrleans.Bars.Writing;

/// <summary>How many of some bars met each outcome, and which were refused or left standing.</summary>
public sealed class MergeTally
{
    public long New { get; private set; }

    public long Changed { get; private set; }

    public long Equal { get; private set; }

    public long OtherSource { get; private set; }

    public long Refused { get; private set; }

    public long InputsGone { get; private set; }

    public void Add(BarOutcome outcome, long count = 1)
    {
        switch (outcome)
        {
            case BarOutcome.New:
                New += count;
                break;
            case BarOutcome.Changed:
                Changed += count;
                break;
            case BarOutcome.Equal or BarOutcome.Sampled:
                Equal += count;
                break;
            case BarOutcome.OtherSource:
                OtherSource += count;
                break;
            case BarOutcome.InputsGone:
                InputsGone += count;
                break;
            default:
                Refused += count;
                break;
        }
    }
}
