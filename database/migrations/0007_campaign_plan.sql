-- When a campaign may send and how much: its plan, its end, the first people who get it alone.

ALTER TABLE campaign ADD COLUMN plan TEXT NOT NULL DEFAULT '{}';  -- JSON: campaigns.schedule.campaign_plan.CampaignPlan
ALTER TABLE campaign ADD COLUMN ends_at INTEGER;  -- copy of the plan's, to be found by it
ALTER TABLE campaign ADD COLUMN canary_size INTEGER CHECK (canary_size > 0);  -- NULL: no canary, or it has passed
CREATE INDEX campaign_by_end ON campaign (ends_at) WHERE ends_at IS NOT NULL;

-- Found by person over all campaigns as well: for the cap per person.
DROP INDEX outgoing_one_person;
CREATE UNIQUE INDEX outgoing_one_person ON outgoing (telegram_user_id, campaign_id)
    WHERE telegram_user_id IS NOT NULL;
-- For the campaign's own quotas.
CREATE INDEX outgoing_counted_by_campaign ON outgoing (campaign_id, unknown_since) WHERE unknown_since IS NOT NULL;
