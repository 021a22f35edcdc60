"""A site that receives callbacks: ours, plain ones, Stripe's by dj-stripe, Mailgun's by Anymail."""
